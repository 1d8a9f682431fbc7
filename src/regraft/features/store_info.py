"""What can be said of a store as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds."""

    folder: Path
    n_rows: int
    n_recipes: int
    n_shards: int
    n_bytes: int


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
