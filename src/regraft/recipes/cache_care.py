"""`regraft cache`: the features that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from regraft.core import OptionError, Value, as_path, cache_folder, quoted
from regraft.features import merge_store, open_store

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.features import StoreInfo

CacheAction = Literal["info", "verify", "merge", "clear"]


class CacheResult(Value):
    """What the feature store holds, and what was done.

    Attributes:
        folder: Where it is.
        n_rows: Feature rows.
        n_recipes: Ways in which they were computed.
        n_shards: Files.
        n_bytes: Their size.
        n_looks: Looks at images, which an audit needs besides features.
        damaged: Files that `verify` found damaged and removed, or `merge` passed over.
        n_unlisted: Files that `verify` found missing in the index and entered again.
        n_arrived: Files that other processes left (`embed --part`), whose rows are counted when they are adopted.
        n_merged: Files that `merge` took in.
        n_known: Rows of the other store that `merge` found here already.
    """

    folder: str
    n_rows: int
    n_recipes: int
    n_shards: int
    n_bytes: int
    n_looks: int = 0
    damaged: tuple[str, ...] = ()
    n_unlisted: int = 0
    n_arrived: int = 0
    n_merged: int = 0
    n_known: int = 0


def cache(
    action: CacheAction = "info", other: str | Path | None = None, *, progress: Progress | None = None
) -> CacheResult:
    """Look at the feature store, check every byte of it, take in another one, or empty it.

    Args:
        action: `info` counts; `verify` also reads all of it and removes what is damaged (it is computed again when it
            is needed); `merge` takes in what another store has, which is not changed; `clear` removes everything and
            returns what was there.
        other: What is merged: another cache folder, or the store in it.
        progress: Where to report.

    Raises:
        OptionError: There is no such action, or another store is named where none is wanted, or none where one is.
        StoreError: The other store is none, or of another format.
    """
    if action not in (known := get_args(CacheAction)):
        raise OptionError(f"The cache has no action called {quoted(action)}: it should be one of {', '.join(known)}.")
    place = None if other is None else as_path(other, "The cache to be merged")
    if (action == "merge") != (place is not None):
        raise OptionError(
            "Name the cache folder to be merged, and that alone: regraft cache merge OTHER. "
            "The other actions take no folder."
        )
    store = open_store(cache_folder())
    if action == "clear":
        return _result(store.clear())
    if action == "info":
        return _result(store.info())
    if place is not None:
        merged = merge_store(store, place, progress=progress)
        told = {"damaged": merged.damaged, "n_merged": merged.n_shards, "n_known": merged.n_known}
        return _result(store.info()).model_copy(update=told)
    found = store.verify()
    return _result(store.info()).model_copy(update={"damaged": found.damaged, "n_unlisted": found.n_unlisted})


def _result(info: StoreInfo) -> CacheResult:
    return CacheResult(
        folder=str(info.folder),
        n_rows=info.n_rows,
        n_recipes=info.n_recipes,
        n_shards=info.n_shards,
        n_bytes=info.n_bytes,
        n_looks=info.n_looks,
        n_arrived=info.n_arrived,
    )
