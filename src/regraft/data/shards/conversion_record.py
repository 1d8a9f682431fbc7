"""`CONVERSION.json`: what a data set was converted from, and what proves that it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from regraft.core import DataError, Value
from regraft.data.manifest import Split
from regraft.data.shards.shard_names import ShardFormat

if TYPE_CHECKING:
    from pathlib import Path

CONVERSION_FILE = "CONVERSION.json"
_N_BYTES_MAX = 64 << 20


class WrittenShard(Value):
    """A shard that was written.

    Attributes:
        name: The file.
        split: Of its images.
        n_images: How many it holds.
        n_bytes: Its size.
        blake3: Digest of its bytes.
    """

    name: str
    split: Split | None
    n_images: int
    n_bytes: int
    blake3: str


class Conversion(Value):
    """What `CONVERSION.json` beside shards or images says.

    Attributes:
        schema_version: Of this file.
        kind: The format that was written.
        plan: Digest of what was to be converted (names, labels, splits, sizes and dates of the files) and how.
        source: The data set as the user named it.
        n_images: How many were written.
        n_classes: Of how many classes.
        n_left_out: How many were unreadable.
        shards: The files; empty for a folder of images.
        blake3: Digest of all shards' digests; of a folder: of all paths and contents.
    """

    schema_version: Literal[1] = 1
    kind: ShardFormat | Literal["folder"]
    plan: str
    source: str
    n_images: int
    n_classes: int
    n_left_out: int
    shards: tuple[WrittenShard, ...]
    blake3: str


def read_conversion(folder: Path) -> Conversion | None:
    """What `CONVERSION.json` says; None where there is none.

    Raises:
        DataError: It is damaged, or cannot be read.
    """
    path = folder / CONVERSION_FILE
    try:
        content = path.read_bytes() if path.stat().st_size <= _N_BYTES_MAX else b""
        return Conversion.model_validate_json(content)
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        raise DataError(
            f"{path} is damaged or cannot be read, so nothing can be said of the files beside it. Remove it to read "
            "them as they are, or convert the data set again."
        ) from error
