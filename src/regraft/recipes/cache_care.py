"""`regraft cache`: the features that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from regraft.core import OptionError, Value, cache_folder, quoted
from regraft.features import open_store

if TYPE_CHECKING:
    from regraft.features import StoreInfo

CacheAction = Literal["info", "verify", "clear"]


class CacheResult(Value):
    """What the feature store holds, and what was done.

    Attributes:
        folder: Where it is.
        n_rows: Feature rows.
        n_recipes: Ways in which they were computed.
        n_shards: Files.
        n_bytes: Their size.
        n_looks: Looks at images, which an audit needs besides features.
        damaged: Files that `verify` found damaged and removed.
        n_unlisted: Files that `verify` found missing in the index and entered again.
    """

    folder: str
    n_rows: int
    n_recipes: int
    n_shards: int
    n_bytes: int
    n_looks: int = 0
    damaged: tuple[str, ...] = ()
    n_unlisted: int = 0


def cache(action: CacheAction = "info") -> CacheResult:
    """Look at the feature store, check every byte of it, or empty it.

    Args:
        action: `info` counts; `verify` also reads all of it and removes what is damaged (it is computed again when it
            is needed); `clear` removes everything and returns what was there.

    Raises:
        OptionError: There is no such action.
    """
    if action not in (known := get_args(CacheAction)):
        raise OptionError(f"The cache has no action called {quoted(action)}: it should be one of {', '.join(known)}.")
    store = open_store(cache_folder())
    if action == "clear":
        return _result(store.clear())
    if action == "info":
        return _result(store.info())
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
    )
