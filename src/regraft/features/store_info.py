"""What can be said of a store as a whole."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.features.adoption import arrived_shards, shard_folder
from regraft.features.shards import holds_looks

if TYPE_CHECKING:
    from collections.abc import Sequence
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
        n_arrived: Files that other processes left, whose rows are counted when they are adopted.
    """

    folder: Path
    n_rows: int
    n_recipes: int
    n_shards: int
    n_bytes: int
    n_looks: int = 0
    n_arrived: int = 0


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


def count_store(folder: Path, shards: Sequence[Path], n_rows: dict[str, int]) -> StoreInfo:
    """What a store holds, looks apart from features.

    Args:
        folder: Where it is.
        shards: Its files.
        n_rows: How many rows its index knows, by fingerprint.
    """
    one_of_each = {path.parent: path for path in shards}
    look_folders = {place for place, path in one_of_each.items() if holds_looks(path)}
    n_looks = sum(n for fingerprint, n in n_rows.items() if shard_folder(folder, fingerprint) in look_folders)
    n_recipes = sum(shard_folder(folder, fingerprint) not in look_folders for fingerprint in n_rows)
    n_features = sum(n_rows.values()) - n_looks
    n_arrived = len(arrived_shards(folder))
    return StoreInfo(folder, n_features, n_recipes, len(shards), _n_bytes_in(folder), n_looks, n_arrived)


def _n_bytes_in(folder: Path) -> int:
    """Size of all files in a folder and below."""
    n_bytes = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # another process is writing: its temporary files come and go
            n_bytes += path.stat().st_size if path.is_file() else 0
    return n_bytes
