"""Shards that other processes left for a store: proved, put among its own, entered in its index.

They arrive in a folder of their own, whole and by one rename (`LooseShards`). Nobody but who holds the store's lock
moves them on, so writers on any number of machines need neither the lock nor the index.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import StoreError, plural, sync_folder
from regraft.features.shards import SUFFIX, is_whole, open_shard, write_shard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    from regraft.features.catalogue import Catalogue, Entry
    from regraft.features.key import FeatureKey

N_AT_ONCE = 256
"""Shards that are taken in while others wait for the lock, and entered in one transaction: seconds of work."""
_ARRIVED = "arrived"
_FORGOTTEN_SECONDS = 3600.0
"""How old a half-written file is when its writer must be dead; writing one takes less than a second."""


@dataclass(frozen=True)
class Adoption:
    """What a store took in.

    Attributes:
        n_shards: Files that it has now and had not before.
        n_known: Rows that it had already; they are not doubled.
        damaged: Names of files that are not what they should be; they were removed, and their rows are computed again.
    """

    n_shards: int = 0
    n_known: int = 0
    damaged: tuple[str, ...] = ()

    def warning(self, store: Path) -> str:
        """What is to be said of the damaged files.

        Args:
            store: The folder of the store.
        """
        return (
            f"{plural(len(self.damaged), 'file')} that other processes left in {store} failed the check of their bytes "
            f"and were removed (first: {self.damaged[0]}): what was in them is computed again."
        )

    def __add__(self, other: Adoption) -> Adoption:
        """Both."""
        return Adoption(self.n_shards + other.n_shards, self.n_known + other.n_known, (*self.damaged, *other.damaged))


def shard_folder(store: Path, fingerprint: str) -> Path:
    """Where a store keeps the shards of a key."""
    return store / "shards" / fingerprint[:32]


def arrival_folder(store: Path, fingerprint: str) -> Path:
    """Where shards of a key arrive that the store's index does not know yet."""
    return store / _ARRIVED / fingerprint[:32]


def arrived_shards(store: Path) -> list[Path]:
    """What has arrived and is not adopted yet; one look at one folder where nothing has."""
    return listed_shards(store.glob(f"{_ARRIVED}/*/*{SUFFIX}"))


def own_shards(store: Path) -> list[Path]:
    """A store's own files: those that its index should know."""
    return listed_shards(store.glob(f"shards/*/*{SUFFIX}"))


def listed_shards(paths: Iterable[Path]) -> list[Path]:
    """Finished files among some, in order."""
    return sorted(path for path in paths if not path.name.startswith("."))


def remove_forgotten(store: Path, now: float) -> None:
    """Remove what a writer left half written when it died.

    Args:
        store: Its folder.
        now: Seconds by the clock of the disk that it lies on.
    """
    for path in store.glob(f"{_ARRIVED}/*/.*.tmp*"):
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                path.unlink()


def enter_shard(index: Catalogue, path: Path) -> None:
    """Enter one of the store's own shards into an index; what is no shard is removed."""
    try:
        shard = open_shard(path)
    except (StoreError, FileNotFoundError):
        path.unlink(missing_ok=True)
    else:
        index.add((shard.fingerprint, path.name, shard.contents))


def adopt_shards(
    paths: Sequence[Path],
    store: Path,
    find: Callable[[str, Iterable[bytes]], Collection[bytes]],
    enter: Callable[[list[Entry]], None],
) -> Adoption:
    """Take in what has arrived. The caller holds the store's lock.

    Args:
        paths: Files that have arrived; those that somebody else has taken in are passed over.
        store: The store's folder.
        find: Says which rows of a fingerprint the index knows.
        enter: Enters shards in the index.
    """
    entries: list[Entry] = []
    damaged: list[str] = []
    entered: dict[str, set[bytes]] = {}
    n_known = 0
    for path in paths:
        try:
            key, contents = _proved(path)
        except FileNotFoundError:
            continue
        except StoreError:
            path.unlink(missing_ok=True)
            damaged.append(path.name)
            continue
        ours = entered.setdefault(key.fingerprint, set())
        known = find(key.fingerprint, contents)
        new = [place for place, content in enumerate(contents) if content not in known and content not in ours]
        n_known += len(contents) - len(new)
        if new:
            name = _put(path, key, contents, new, shard_folder(store, key.fingerprint))
            entries.append((key.fingerprint, name, [contents[place] for place in new]))
            ours.update(contents)
        path.unlink(missing_ok=True)
    for fingerprint in entered:
        folder = shard_folder(store, fingerprint)
        if folder.exists():
            sync_folder(folder)
    if entries:
        enter(entries)
    return Adoption(len(entries), n_known, tuple(damaged))


def _proved(path: Path) -> tuple[FeatureKey, list[bytes]]:
    """What the rows of a file are, if every byte of it is what it should be.

    Raises:
        StoreError: It is damaged.
        FileNotFoundError: It is not there any more.
    """
    path.stat()
    if not is_whole(path):
        raise StoreError(f"{path} is a damaged feature shard: its bytes are not those that its name promises.")
    shard = open_shard(path)
    contents = shard.contents
    if shard.rows(contents, range(len(contents))) is None:
        raise StoreError(f"{path} is a damaged feature shard: its rows do not fit their checksums.")
    return shard.key, contents


def _put(path: Path, key: FeatureKey, contents: Sequence[bytes], new: Sequence[int], folder: Path) -> str:
    """Put a shard among the store's own, with its new rows only; returns the name that it has there."""
    if len(new) == len(contents):
        folder.mkdir(parents=True, exist_ok=True)
        path.replace(folder / path.name)
        return path.name
    rows = open_shard(path).features[list(new)]
    return write_shard(folder, key, [contents[place] for place in new], rows).name
