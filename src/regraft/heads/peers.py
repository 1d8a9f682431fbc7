"""Processes that hold different rows of the same features and fit one head together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]


class RowHolders(Protocol):
    """What a process needs of the others; all of them call it in the same order. `core.Peers` send, these sum."""

    @property
    def rank(self) -> int:
        """Which process this is, from 0."""

    def all_reduce(self, array: Array) -> Array:
        """The sum of all processes' arrays, of one shape and dtype, the same in all to the last bit."""


class Alone:
    """One process that holds all rows."""

    rank = 0

    def all_reduce(self, array: Array) -> Array:
        """Nothing is to be added."""
        return array


def of_first(peers: RowHolders, array: Array) -> Array:
    """What process 0 has, in all: processors of two kinds may round differently, and must not go different ways."""
    return peers.all_reduce(array if peers.rank == 0 else np.zeros_like(array))


def summed(peers: RowHolders, *arrays: Array) -> list[Array]:
    """Sums of float64 arrays over all processes, in one message."""
    flat = peers.all_reduce(np.concatenate([array.ravel() for array in arrays]))
    ends = np.cumsum([array.size for array in arrays])[:-1]
    return [part.reshape(array.shape) for part, array in zip(np.split(flat, ends), arrays, strict=True)]
