"""Writing into a store from anywhere: finished shards that its index does not know yet."""

from __future__ import annotations

import os
import shutil
import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import StoreError, atomic_path
from regraft.features.adoption import arrival_folder, listed_shards, shard_folder
from regraft.features.refusals import explained
from regraft.features.shards import SUFFIX, open_shard, write_shard

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.features.key import FeatureKey


class LooseShards:
    """The writing side of a store, for any number of processes on any number of machines that share its folder.

    Each shard is written aside, fsynced and renamed, with its checksums, and lies where `FeatureStore.adopt` finds it.
    The index is never opened: SQLite's locks are not to be trusted on file systems that machines share.

    Args:
        folder: The store's folder.
        looks_up: Whether `missing` reads which rows the shards have. Else it says that all are missing, for a worker
            that was told so.
    """

    def __init__(self, folder: Path, *, looks_up: bool = True) -> None:
        self.folder = folder
        self.looks_up = looks_up
        self._known: dict[str, NDArray[np.uint64]] = {}

    @explained
    def missing(self, key: FeatureKey, digests: Sequence[str]) -> list[str]:
        """Those of `digests` that had no row, adopted or not, when this was asked first; each once, in order.

        Raises:
            StoreError: From every method: the disk is full, or the system forbids it.
        """
        unique = list(dict.fromkeys(digests))
        if not self.looks_up or not unique:
            return unique
        if key.fingerprint not in self._known:
            self._known[key.fingerprint] = self._beginnings(key)
        known = self._known[key.fingerprint]
        sought = np.array([int(digest[:16], 16) for digest in unique], np.uint64)
        found = np.searchsorted(known, sought, side="right") > np.searchsorted(known, sought)
        return [digest for digest, is_known in zip(unique, found, strict=True) if not is_known]

    def _beginnings(self, key: FeatureKey) -> NDArray[np.uint64]:
        """The first 8 bytes of each row's content hash: enough to tell, and 8 GB where there are a billion rows.

        A content that begins like another one, once in 10^13 of a million rows, is computed when the store is opened.
        """
        found = [np.zeros(0, ">u8")]
        # A shard that is adopted meanwhile is missed where it arrived, and found among the others after that.
        for place in (arrival_folder, shard_folder):
            paths = listed_shards(place(self.folder, key.fingerprint).glob(f"*{SUFFIX}"))
            found += [_beginnings_in(path, key) for path in paths]
        return np.unique(np.concatenate(found).astype(np.uint64))

    @explained
    def require_writable(self) -> None:
        """Find out before a long work whether its results can be kept.

        Raises:
            StoreError: The system forbids it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        trial = self.folder / f".{uuid.uuid4().hex}.tmp"
        trial.touch()
        trial.unlink()

    @explained
    def add(self, key: FeatureKey, digests: Sequence[str], features: NDArray[Any]) -> None:
        """Keep rows, durably, as one shard: when this returns, they survive a crash.

        Args:
            key: How they were computed.
            digests: n hexadecimal content hashes, no two alike.
            features: (n, d); they are kept as the key's dtype.
        """
        write_shard(arrival_folder(self.folder, key.fingerprint), key, list(map(bytes.fromhex, digests)), features)

    @explained
    def add_file(self, path: Path, fingerprint: str) -> None:
        """Let a finished file arrive that lies elsewhere: linked if on the same file system, else copied, durably.

        Args:
            path: The file.
            fingerprint: Of its rows' key.
        """
        target = arrival_folder(self.folder, fingerprint) / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except FileExistsError:  # an interrupted merge left it
            return
        except OSError:  # another file system, one without links, or another user's file
            with atomic_path(target) as aside:
                shutil.copyfile(path, aside)


def _beginnings_in(path: Path, key: FeatureKey) -> NDArray[np.uint64]:
    """Of the rows of a shard; of none where it is damaged, or is not there any more."""
    try:
        shard = open_shard(path)
    except (StoreError, OSError):
        return np.zeros(0, ">u8")
    keys = shard.keys if shard.fingerprint == key.fingerprint else shard.keys[:0]
    return np.ascontiguousarray(keys[:, :8]).view(">u8")[:, 0]
