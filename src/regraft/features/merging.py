"""Another store's rows taken into one's own. The other store is read, file by file, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import OptionError, SilentProgress, StoreError
from regraft.features.adoption import N_AT_ONCE, Adoption, arrived_shards, own_shards
from regraft.features.catalogue import FORMAT, Catalogue
from regraft.features.loose_shards import LooseShards
from regraft.features.refusals import explained
from regraft.features.shards import Shard, open_shard

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.features.store import FeatureStore


def merge_store(store: FeatureStore, other: Path, *, progress: Progress | None = None) -> Adoption:
    """Take in what another store has and this one has not.

    Its files are linked where both lie on one file system, else copied; then each is proved and adopted like any that
    arrives, so a merge that was interrupted goes on when it is made again.

    Args:
        store: Takes in.
        other: The other store's folder, or the cache folder that it lies in.
        progress: Where to report.

    Returns:
        What was taken in, and which files of the other store are damaged.

    Raises:
        OptionError: There is no other store, or it is this one.
        StoreError: It has another format, or it cannot be read, or this one cannot be written to.
    """
    source = _OtherStore(_found_store(other, store.folder))
    source.require_format()
    progress = progress or SilentProgress()
    paths = source.shards()
    progress.start("Merging", len(paths), unit="files")
    found = store.adopt()
    for start in range(0, len(paths), N_AT_ONCE):
        some = paths[start : start + N_AT_ONCE]
        for path in some:
            found += _bring(source, path, store)
        found += store.adopt()
        progress.advance(len(some))
    return found


def _found_store(other: Path, ours: Path) -> Path:
    for folder in (other, other / "features"):
        if (folder / "shards").is_dir() or (folder / "arrived").is_dir():
            if ours.exists() and folder.samefile(ours):
                raise OptionError(f"{other} is the store that is merged into: name another one.")
            return folder
    raise OptionError(
        f"{other} is no feature store, and there is none in it. Name a cache folder (regraft cache says which it is), "
        "or the folder features in it."
    )


class _OtherStore:
    """A store that is only read: its index is not opened, for that could write.

    Args:
        folder: Its folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @explained
    def require_format(self) -> None:
        """See that its files mean what ours do."""
        version = Catalogue(self.folder / "catalogue.sqlite").written_format()
        if version not in (None, FORMAT):
            raise StoreError(
                f"The feature store in {self.folder} has format {version}, and this version of Regraft reads format "
                f"{FORMAT}: use the same version of Regraft for both stores."
            )

    @explained
    def shards(self) -> list[Path]:
        """Its finished files."""
        for place in ("shards", "arrived"):
            for folder in (self.folder / place).glob("*/"):
                any(folder.iterdir())  # glob says nothing of a folder that may not be read
        return [*own_shards(self.folder), *arrived_shards(self.folder)]

    @explained
    def opened(self, path: Path) -> Shard | Adoption:
        """One of its files, or what is to be told where it cannot be one."""
        try:
            if path.is_file():  # opening a named pipe would wait for ever
                return open_shard(path)
        except FileNotFoundError:
            pass
        except StoreError:
            return Adoption(damaged=(path.name,))
        return Adoption(damaged=(path.name,)) if path.exists() else Adoption()


def _bring(source: _OtherStore, path: Path, store: FeatureStore) -> Adoption:
    """Let a file of another store arrive at this one, if this lacks any row of it."""
    shard = source.opened(path)
    if isinstance(shard, Adoption):
        return shard
    contents = [content.hex() for content in shard.contents]
    if not store.missing(shard.key, contents):
        return Adoption(n_known=len(contents))
    LooseShards(store.folder).add_file(path, shard.fingerprint)
    return Adoption()
