"""What can be said of a store as a whole."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds.

    Attributes:
        folder: Where it is.
        n_rows: Feature rows.
        n_recipes: Ways in which they were computed.
        n_shards: Files, of looks too.
        n_bytes: Of all that lies in the folder.
        n_looks: Looks at images.
    """

    folder: Path
    n_rows: int
    n_recipes: int
    n_shards: int
    n_bytes: int
    n_looks: int = 0


@dataclass(frozen=True)
class Verification:
    """What a full check found.

    Attributes:
        n_shards: Files that were read.
        damaged: Names of those that were removed; their rows are computed again when needed.
        n_unlisted: Files that the index did not know; it is made again from the files.
    """

    n_shards: int
    damaged: tuple[str, ...]
    n_unlisted: int


def n_bytes_in(folder: Path) -> int:
    """Size of all files in a folder and below."""
    n_bytes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # another process is writing: its temporary files come and go
            n_bytes += path.stat().st_size if path.is_file() else 0
    return n_bytes
