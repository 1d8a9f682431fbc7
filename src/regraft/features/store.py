"""Features computed once and kept: shards on disk under an index, both provable, safe against crashes."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from contextlib import contextmanager, nullcontext
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from regraft.core import StoreError, ThreadLock, exclusive
from regraft.features.catalogue import Catalogue, is_damage
from regraft.features.shards import SUFFIX, holds_looks, is_whole, open_shard, write_shard
from regraft.features.store_info import StoreInfo, Verification, n_bytes_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.features.key import FeatureKey

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")

_REBUILT = ".rebuilt.sqlite"


def _explained(
    method: Callable[Concatenate[FeatureStore, Arguments], Answer],
) -> Callable[Concatenate[FeatureStore, Arguments], Answer]:
    """A method of the store that says in a sentence what the system refused."""

    @wraps(method)
    def explained(store: FeatureStore, /, *arguments: Arguments.args, **options: Arguments.kwargs) -> Answer:
        try:
            return method(store, *arguments, **options)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The feature store in {store.folder} cannot be used: {error}. What was kept before is intact. "
                "Free some space, or choose another folder with REGRAFT_CACHE."
            ) from error

    return explained


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
        self._threads = ThreadLock()

    @_explained
    def missing(self, key: FeatureKey, digests: Sequence[str]) -> list[str]:
        """Those of `digests` (hexadecimal content hashes) that have no row yet, each once, in order.

        Raises:
            StoreError: From every method: the disk is full, or the system forbids it.
        """
        unique = list(dict.fromkeys(digests))
        if not self.folder.exists():
            return unique
        found = self._ask(lambda index: index.find(key.fingerprint, map(bytes.fromhex, unique)))
        return [digest for digest in unique if bytes.fromhex(digest) not in found]

    @_explained
    def require_writable(self) -> None:
        """Find out before a long work whether its results can be kept.

        Raises:
            StoreError: The system forbids it.
        """
        with self._writing():
            pass

    @_explained
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
                path = write_shard(self._shard_folder(key.fingerprint), key, raw, features[rows])
                self._ask(lambda index: index.add(key.fingerprint, path.name, raw))
                if self.missing(key, digests):  # a damaged index can swallow what it is given
                    self._rebuild()

    @_explained
    def read(self, key: FeatureKey, digests: Sequence[str]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Read rows, each proved by its checksum.

        Args:
            key: How they were computed.
            digests: n hexadecimal content hashes, repeats allowed.

        Returns:
            Features (n, d) of the key's dtype with zeros where there is none (d = 0 if there is none at all), and
            found (n,) bool.
        """
        wanted: defaultdict[bytes, list[int]] = defaultdict(list)
        for row, digest in enumerate(digests):
            wanted[bytes.fromhex(digest)].append(row)
        by_shard: defaultdict[str, list[tuple[bytes, int]]] = defaultdict(list)
        if self.folder.exists():
            for content, (shard, position) in self._ask(lambda index: index.find(key.fingerprint, wanted)).items():
                by_shard[shard].append((content, position))
        features = np.empty((len(digests), 0), key.dtype)
        found = np.zeros(len(digests), np.bool_)
        for shard, places in by_shard.items():
            contents, positions = zip(*places, strict=True)
            rows = self._proved_rows(key.fingerprint, shard, contents, positions)
            if rows is None:
                continue
            if features.shape[1] == 0:
                features = np.zeros((len(digests), rows.shape[1]), key.dtype)
            targets = [row for content in contents for row in wanted[content]]
            sources = [source for source, content in enumerate(contents) for _ in wanted[content]]
            features[targets] = rows[sources]
            found[targets] = True
        return features, found

    @_explained
    def info(self) -> StoreInfo:
        """Count what is there."""
        if not self.folder.exists():
            return StoreInfo(self.folder, 0, 0, 0, 0)
        n_rows = self._ask(lambda index: index.n_rows())
        shards = self._shard_paths()
        one_of_each = {path.parent: path for path in shards}
        look_folders = {folder for folder, path in one_of_each.items() if holds_looks(path)}
        looks = [fingerprint for fingerprint in n_rows if self._shard_folder(fingerprint) in look_folders]
        n_looks = sum(map(n_rows.pop, looks))
        n_bytes = n_bytes_in(self.folder)
        return StoreInfo(self.folder, sum(n_rows.values()), len(n_rows), len(shards), n_bytes, n_looks)

    @_explained
    def verify(self) -> Verification:
        """Read every shard in full, remove the damaged ones, and make the index again from the others."""
        listed = set(self._ask(lambda index: index.shards())) if self.folder.exists() else set()
        paths = self._shard_paths()
        damaged = [path for path in paths if not is_whole(path)]
        names = {path.name for path in paths}
        if self.folder.exists():
            with self._writing():
                for path in damaged:
                    if not is_whole(path):  # else another process has just written it again
                        path.unlink(missing_ok=True)
                self._rebuild()
        return Verification(len(paths), tuple(path.name for path in damaged), len(names - listed))

    @_explained
    def reindex(self) -> None:
        """Make the index again from the shards: some damage to it makes rows invisible and shows in no other way."""
        if self.folder.exists():
            with self._locked():
                self._rebuild()

    @_explained
    def clear(self) -> StoreInfo:
        """Remove everything; returns what was there."""
        before = self.info()
        if self.folder.exists():
            shutil.rmtree(self.folder)
        return before

    def _shard_folder(self, fingerprint: str) -> Path:
        return self.folder / "shards" / fingerprint[:32]

    def _shard_paths(self) -> list[Path]:
        return sorted(path for path in self.folder.glob(f"shards/*/*{SUFFIX}") if not path.name.startswith("."))

    def _proved_rows(
        self, fingerprint: str, shard: str, contents: Sequence[bytes], positions: Sequence[int]
    ) -> NDArray[Any] | None:
        """Rows of one shard, or None after the damage has been put right."""
        path = self._shard_folder(fingerprint) / shard
        try:
            opened = open_shard(path)
            rows = opened.rows(contents, positions) if opened.fingerprint == fingerprint else None
        except (StoreError, OSError):
            rows = None
        if rows is not None:
            return rows
        with self._locked():
            return self._mended_rows(fingerprint, shard, contents)

    def _mended_rows(self, fingerprint: str, shard: str, contents: Sequence[bytes]) -> NDArray[Any] | None:
        """Put right what is wrong with a shard or its entries; its rows if they are there after all."""
        path = self._shard_folder(fingerprint) / shard
        opened = open_shard(path) if is_whole(path) else None
        self._ask(lambda index: index.drop(shard))
        if opened is None or opened.fingerprint != fingerprint:
            path.unlink(missing_ok=True)
            return None
        # The shard is what it should be, so the index lied about it: enter it again and read what is really there.
        keys = [row.tobytes() for row in opened.keys]
        self._ask(lambda index: index.add(fingerprint, shard, keys))
        places = {content: position for position, content in enumerate(keys)}
        if any(content not in places for content in contents):
            return None
        return opened.rows(contents, [places[content] for content in contents])

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
    def _writing(self) -> Iterator[None]:
        """Alone, and with a mark on the disk until all is done: who finds a mark finishes the work of a dead writer."""
        mark = self.folder / "writing"
        with self._locked():
            if mark.exists():
                self._finish_work_of_the_dead()
            mark.touch()
            yield
            mark.unlink()

    def _finish_work_of_the_dead(self) -> None:
        """Enter a shard that its writer could not enter any more, and remove what is half written."""
        for pattern in ("shards/*/.*.tmp", f"{_REBUILT}*"):
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)
        listed = self._ask(lambda index: index.shards())
        for path in self._shard_paths():
            if path.name not in listed:
                self._ask(partial(_enter, path=path))

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
        for shard in self._shard_paths():
            _enter(fresh, shard)
        # A journal that a death left behind belongs to the old index, and would ruin the new one.
        self._catalogue.remove()
        fresh.path.replace(path)


def _enter(index: Catalogue, path: Path) -> None:
    """Enter a shard into an index; what is no shard is removed."""
    try:
        shard = open_shard(path)
    except (StoreError, FileNotFoundError):
        path.unlink(missing_ok=True)
    else:
        index.add(shard.fingerprint, path.name, [row.tobytes() for row in shard.keys])
