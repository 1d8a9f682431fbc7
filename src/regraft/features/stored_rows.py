"""Rows that stay in the store's shards, and are read when they are asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from regraft.core import StoreError, memory_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.features.shards import Shard

    Rows = NDArray[np.int64]

MEMORY_SHARE = 0.1
"""Of the memory that this process may have, for the features of a data set; a head in memory takes five times as much.
What would take more stays in the store."""


@dataclass(frozen=True, eq=False)
class StoredRows:
    """Features that are not in memory, to be used as an array: `numpy.asarray` reads all of them.

    Attributes:
        take: Reads any rows of some place, (m,) -> (m, d or more); several threads may call it.
        rows: (n,) which of them these are.
        n_features: d.
        dtype: Of the features.
    """

    take: Callable[[Rows], NDArray[Any]]
    rows: Rows
    n_features: int
    dtype: np.dtype[Any]

    @property
    def shape(self) -> tuple[int, int]:
        """(n, d)."""
        return len(self.rows), self.n_features

    @property
    def ndim(self) -> int:
        """2."""
        return 2

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, some: slice | Rows) -> NDArray[Any]:
        """Some rows, in memory."""
        return self.take(self.rows[some])[:, : self.n_features]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - NumPy's protocol
        if copy is False:
            raise ValueError("Rows of a store cannot be had as an array without a copy: they lie in many files.")
        return np.asarray(self[:], dtype)

    def select(self, some: Rows) -> StoredRows:
        """Some of the rows, still in the store."""
        return replace(self, rows=self.rows[some])

    def leading(self, n_features: int) -> StoredRows:
        """The same with the first features only."""
        return replace(self, n_features=n_features)


class ProvedRows(NamedTuple):
    """Rows of a shard that were read and proved: where in it contents lie, and (m, d) their features."""

    shard: Shard
    places: dict[bytes, int]
    features: NDArray[Any]


def rows_of_contents(digests: Sequence[str], start: int) -> dict[bytes, list[int]]:
    """The rows of each content, the first of which is `start`."""
    wanted: defaultdict[bytes, list[int]] = defaultdict(list)
    for row, digest in enumerate(digests, start):
        wanted[bytes.fromhex(digest)].append(row)
    return wanted


class ShardRows(NamedTuple):
    """Rows of a shard as they are wanted, a content also twice.

    Attributes:
        path: The shard's.
        offset: Of its features in the file.
        positions: (m,) which of its rows these are.
        features: (m, d) they.
        targets: (m,) places where they are wanted.
    """

    path: Path
    offset: int
    positions: Rows
    features: NDArray[Any]
    targets: Rows

    @classmethod
    def of(cls, proved: ProvedRows, wanted: Mapping[bytes, Sequence[int]]) -> Self:
        """From proved rows, and which rows are wanted of each content."""
        shard, places, features = proved
        sources = [source for source, content in enumerate(places) for _ in wanted[content]]
        targets = [row for content in places for row in wanted[content]]
        positions = np.array(list(places.values()), np.int64)[sources]
        return cls(shard.path, shard.offset, positions, features[sources], np.array(targets, np.int64))


def gather(
    shards: Iterable[ShardRows], n_rows: int, dtype: str, memory_share: float
) -> tuple[NDArray[Any] | StoredRows, NDArray[np.bool_]]:
    """Rows in the order in which they are wanted, in memory or, where they would take too much of it, in the store.

    Args:
        shards: What was found of them.
        n_rows: How many are wanted, n.
        dtype: Of the features.
        memory_share: How much of the memory they may take.

    Returns:
        (n, d) with zeros where there is none (d = 0 if there is none at all), and (n,) whether it was found.
    """
    features: NDArray[Any] | None = None
    found, places = np.zeros(n_rows, np.bool_), _Places(dtype)
    for shard in shards:
        n_features = shard.features.shape[1]
        if not found.any() and takes_less(memory_share, n_rows, n_features, np.dtype(dtype)):
            features = np.zeros((n_rows, n_features), dtype)
        if features is None:
            places.add(shard, n_rows)
        else:
            features[shard.targets] = shard.features
        found[shard.targets] = True
    if features is None and found.any():
        return StoredRows(places.take, np.arange(n_rows), places.n_features, np.dtype(dtype)), found
    return np.zeros((n_rows, 0), dtype) if features is None else features, found


def take_rows(features: NDArray[Any] | StoredRows, rows: Rows) -> NDArray[Any] | StoredRows:
    """Some rows: of an array in memory, of stored ones still in the store."""
    return features.select(rows) if isinstance(features, StoredRows) else features[rows]


def takes_less(memory_share: float, n_rows: int, n_features: int, dtype: np.dtype[Any]) -> bool:
    """Whether features take no more than a share of the memory.

    Args:
        memory_share: The share.
        n_rows: n.
        n_features: d.
        dtype: Of the features.
    """
    return n_rows * n_features * dtype.itemsize <= memory_share * memory_bytes()


class _Places:
    """Where in which shard rows lie: 16 bytes a row."""

    def __init__(self, dtype: str) -> None:
        self._dtype = np.dtype(dtype).newbyteorder("<")
        self._files: dict[tuple[Path, int], int] = {}
        self._file_of = np.zeros(0, np.int64)
        self._positions = np.zeros(0, np.int64)
        self.n_features = 0

    def add(self, shard: ShardRows, n_rows: int) -> None:
        if not self._files:
            self._file_of, self._positions = np.full(n_rows, -1), np.zeros(n_rows, np.int64)
            self.n_features = shard.features.shape[1]
        self._file_of[shard.targets] = self._files.setdefault((shard.path, shard.offset), len(self._files))
        self._positions[shard.targets] = shard.positions

    def take(self, rows: Rows) -> NDArray[Any]:
        """Any rows; each file is opened for them and closed, so that their number is not limited by the system's."""
        found = np.zeros((len(rows), self.n_features), self._dtype)
        files, order = self._file_of[rows], np.argsort(self._file_of[rows], kind="stable")
        listed = list(self._files)
        for here in np.split(order, np.flatnonzero(np.diff(files[order])) + 1):
            if len(here) and files[here[0]] >= 0:
                path, offset = listed[files[here[0]]]
                found[here] = self._read(path, offset, self._positions[rows[here]])
        return found

    def _read(self, path: Path, offset: int, positions: Rows) -> NDArray[Any]:
        first, n_rows = int(positions.min()), int(np.ptp(positions)) + 1
        start = offset + first * self.n_features * self._dtype.itemsize
        try:
            read = np.fromfile(path, self._dtype, n_rows * self.n_features, offset=start)
            return np.asarray(read.reshape(n_rows, self.n_features)[positions - first])
        except (OSError, ValueError) as error:
            raise StoreError(
                f"Features in {path} can no longer be read: the cache was cleared or damaged while they were used. "
                "Run the same command again: what is lost is computed again."
            ) from error
