"""Features computed once and kept: shards on disk under an index, both provable, safe against crashes."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from regraft.core import StoreError, ThreadLock, exclusive
from regraft.features.adoption import (
    N_AT_ONCE,
    Adoption,
    adopt_shards,
    arrived_shards,
    enter_shard,
    own_shards,
    remove_forgotten,
    shard_folder,
)
from regraft.features.catalogue import Catalogue, is_damage
from regraft.features.refusals import explained
from regraft.features.shards import is_whole, open_shard, write_shard
from regraft.features.store_info import StoreInfo, Verification, count_store
from regraft.features.stored_rows import MEMORY_SHARE, ProvedRows, ShardRows, gather, rows_of_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.features.catalogue import Entry, Location
    from regraft.features.key import FeatureKey
    from regraft.features.stored_rows import StoredRows

Answer = TypeVar("Answer")

_REBUILT = ".rebuilt.sqlite"
_N_ASKED = 1 << 16
"""Contents whose places are asked for at a time: some thirty megabytes."""


class FeatureStore:
    """Features by file content and recipe.

    A row is in the store when its shard has been renamed into place; the index only says where. Rows are
    proved at every reading, so damage is never returned: it is dropped and reported as missing.

    Args:
        folder: The store's folder; it is created when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._catalogue = Catalogue(folder / "catalogue.sqlite")
        self._mark = folder / "writing"
        self._threads = ThreadLock()

    @explained
    def missing(self, key: FeatureKey, digests: Sequence[str]) -> list[str]:
        """Those of `digests` (hexadecimal content hashes) that have no row yet, each once, in order.

        Raises:
            StoreError: From every method: the disk is full, or the system forbids it.
        """
        unique = list(dict.fromkeys(digests))
        if not self.folder.exists():
            return unique
        found = self._known(key.fingerprint, map(bytes.fromhex, unique))
        return [digest for digest in unique if bytes.fromhex(digest) not in found]

    @explained
    def require_writable(self) -> None:
        """Find out before a long work whether its results can be kept.

        Raises:
            StoreError: The system forbids it.
        """
        with self._writing():
            pass

    @explained
    def adopt(self) -> Adoption:
        """Take in what other processes left here (`LooseShards`, or a writer that died), each byte proved.

        Raises:
            StoreError: The store cannot be written to.
        """
        with self._writing() as n_finished:
            remove_forgotten(self.folder, self._mark.stat().st_mtime)
            arrived = arrived_shards(self.folder)
        found = Adoption(n_finished)
        for start in range(0, len(arrived), N_AT_ONCE):
            with self._writing() as n_finished:
                taken = adopt_shards(arrived[start : start + N_AT_ONCE], self.folder, self._known, self._enter)
            found += Adoption(n_finished) + taken
        return found

    @explained
    def add(self, key: FeatureKey, digests: Sequence[str], features: NDArray[Any]) -> None:
        """Keep rows, durably: when this returns, they survive a crash.

        Args:
            key: How they were computed.
            digests: n hexadecimal content hashes.
            features: (n, d); they are kept as the key's dtype.
        """
        with self._writing():
            rows = self._unknown_rows(key, digests)
            if rows:
                raw = [bytes.fromhex(digests[row]) for row in rows]
                path = write_shard(shard_folder(self.folder, key.fingerprint), key, raw, features[rows])
                self._enter([(key.fingerprint, path.name, raw)])
                if self.missing(key, digests):  # a damaged index can swallow what it is given
                    self._rebuild()

    @explained
    def read(self, key: FeatureKey, digests: Sequence[str]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Read rows, each proved by its checksum.

        Args:
            key: How they were computed.
            digests: n hexadecimal content hashes, repeats allowed.

        Returns:
            Features (n, d) of the key's dtype with zeros where there is none (d = 0 if there is none at all), and
            found (n,) bool.
        """
        features, found = gather(self._proved(key, digests), len(digests), key.dtype, np.inf)
        return np.asarray(features), found

    @explained
    def open(
        self, key: FeatureKey, digests: Sequence[str], memory_share: float = MEMORY_SHARE
    ) -> tuple[NDArray[Any] | StoredRows, NDArray[np.bool_]]:
        """The same, but what would take too much memory is proved and stays where it is.

        Args:
            key: How the rows were computed.
            digests: As for `read`.
            memory_share: How much of the memory they may take.
        """
        return gather(self._proved(key, digests), len(digests), key.dtype, memory_share)

    @explained
    def info(self) -> StoreInfo:
        """Count what is there."""
        if not self.folder.exists():
            return StoreInfo(self.folder, 0, 0, 0, 0)
        return count_store(self.folder, own_shards(self.folder), self._ask(lambda index: index.n_rows()))

    @explained
    def verify(self) -> Verification:
        """Read every shard in full, remove the damaged ones, and make the index again from the others."""
        listed = set(self._ask(lambda index: index.shards())) if self.folder.exists() else set()
        paths = own_shards(self.folder)
        damaged = [path for path in paths if not is_whole(path)]
        names = {path.name for path in paths}
        if self.folder.exists():
            with self._writing():
                for path in damaged:
                    if not is_whole(path):  # else another process has just written it again
                        path.unlink(missing_ok=True)
                self._rebuild()
        return Verification(len(paths), tuple(path.name for path in damaged), len(names - listed))

    @explained
    def reindex(self) -> None:
        """Make the index again from the shards: some damage to it makes rows invisible and shows in no other way."""
        if self.folder.exists():
            with self._locked():
                self._rebuild()

    @explained
    def clear(self) -> StoreInfo:
        """Remove everything; returns what was there."""
        before = self.info()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        return before

    def _known(self, fingerprint: str, keys: Iterable[bytes]) -> dict[bytes, Location]:
        return self._ask(lambda index: index.find(fingerprint, keys))

    def _enter(self, entries: list[Entry]) -> None:
        self._ask(lambda index: index.add(*entries))

    def _proved(self, key: FeatureKey, digests: Sequence[str]) -> Iterator[ShardRows]:
        """Rows of one shard after the other; of very many, where some lie is asked at a time."""
        for start in range(0, len(digests) if self.folder.exists() else 0, _N_ASKED):
            wanted = rows_of_contents(digests[start : start + _N_ASKED], start)
            by_shard: defaultdict[str, dict[bytes, int]] = defaultdict(dict)
            for content, (shard, position) in self._known(key.fingerprint, wanted).items():
                by_shard[shard][content] = position
            for shard, places in by_shard.items():
                proved = self._proved_rows(key.fingerprint, shard, places)
                if proved is not None:
                    yield ShardRows.of(proved, wanted)

    def _proved_rows(self, fingerprint: str, shard: str, places: dict[bytes, int]) -> ProvedRows | None:
        """Rows of one shard, or None after the damage has been put right."""
        try:
            opened = open_shard(shard_folder(self.folder, fingerprint) / shard)
            rows = opened.rows(list(places), list(places.values())) if opened.fingerprint == fingerprint else None
        except (StoreError, OSError):
            rows = None
        if rows is not None:
            return ProvedRows(opened, places, rows)
        with self._locked():
            return self._mended_rows(fingerprint, shard, list(places))

    def _mended_rows(self, fingerprint: str, shard: str, contents: Sequence[bytes]) -> ProvedRows | None:
        """Put right what is wrong with a shard or its entries; its rows if they are there after all."""
        path = shard_folder(self.folder, fingerprint) / shard
        opened = open_shard(path) if is_whole(path) else None
        self._ask(lambda index: index.drop(shard))
        if opened is None or opened.fingerprint != fingerprint:
            path.unlink(missing_ok=True)
            return None
        # The shard is what it should be, so the index lied about it: enter it again and read what is really there.
        keys = opened.contents
        self._enter([(fingerprint, shard, keys)])
        known = {content: position for position, content in enumerate(keys)}
        if any(content not in known for content in contents):
            return None
        places = {content: known[content] for content in contents}
        rows = opened.rows(contents, list(places.values()))
        return None if rows is None else ProvedRows(opened, places, rows)

    def _unknown_rows(self, key: FeatureKey, digests: Sequence[str]) -> list[int]:
        """Positions in `digests` of contents without a row: another process may have been faster."""
        missing = set(self.missing(key, digests))
        first = {digest: row for row, digest in reversed(list(enumerate(digests)))}
        return sorted(row for digest, row in first.items() if digest in missing)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Writers are alone, so that an index made again misses no shard."""
        with (
            self._threads,
            nullcontext() if self._threads.depth > 1 else exclusive(self.folder / "lock.sqlite"),
        ):
            yield

    @contextmanager
    def _writing(self) -> Iterator[int]:
        """Alone, and with a mark on the disk until all is done: who finds a mark finishes the work of a dead writer.

        Yields:
            How many shards of the dead were entered.
        """
        with self._locked():
            n_finished = self._finish_work_of_the_dead() if self._mark.exists() else 0
            self._mark.touch()
            yield n_finished
            self._mark.unlink()

    def _finish_work_of_the_dead(self) -> int:
        """Enter shards that their writer could not enter any more, and remove what is half written."""
        for pattern in ("shards/*/.*.tmp", f"{_REBUILT}*"):
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)
        listed = self._ask(lambda index: index.shards())
        unlisted = [path for path in own_shards(self.folder) if path.name not in listed]
        for path in unlisted:
            self._ask(partial(enter_shard, path=path))
        return len(unlisted)

    def _ask(self, question: Callable[[Catalogue], Answer]) -> Answer:
        """Put a question to the index; a lost or damaged index is made again first."""
        try:
            if self._catalogue.exists():
                return question(self._catalogue)
        except (sqlite3.Error, TypeError, ValueError) as error:
            if not is_damage(error):
                raise
            damaged = True
        else:
            damaged = False
        with self._locked():
            if damaged or not self._catalogue.exists():
                self._rebuild()
            return question(self._catalogue)

    def _rebuild(self) -> None:
        """Make the index from the shards. It appears in one rename."""
        path = self._catalogue.path
        fresh = Catalogue(path.with_name(_REBUILT))
        fresh.remove()
        fresh.create()
        for shard in own_shards(self.folder):
            enter_shard(fresh, shard)
        # A journal that a death left behind belongs to the old index, and would ruin the new one.
        self._catalogue.remove()
        fresh.path.replace(path)
