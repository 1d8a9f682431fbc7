"""Content hashes of many images in 32 bytes each: as texts, ten million would take more than a gigabyte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_N_BYTES = 32
_N_A_BLOCK = 4096


class PackedDigests(Sequence[str]):
    """Hexadecimal hashes in one block of memory; each is a text when it is asked for.

    Args:
        rows: (n, 32) uint8.

    Raises:
        ValueError: They are no such rows.
    """

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != _N_BYTES:
            raise ValueError(f"hashes are rows of {_N_BYTES} bytes, not {rows.dtype} of the shape {rows.shape}")
        self._rows = np.ascontiguousarray(rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> PackedDigests: ...
    def __getitem__(self, place: int | slice) -> str | PackedDigests:
        found = self._rows[place]
        return PackedDigests(found) if isinstance(place, slice) else found.tobytes().hex()

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self), _N_A_BLOCK):
            text = self._rows[begin : begin + _N_A_BLOCK].tobytes().hex()
            yield from (text[place : place + 2 * _N_BYTES] for place in range(0, len(text), 2 * _N_BYTES))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PackedDigests):
            return np.array_equal(self._rows, other._rows)
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def take(self, rows: NDArray[np.int64]) -> PackedDigests:
        """Some of them, by position."""
        return PackedDigests(self._rows[rows])

    def numbers(self) -> NDArray[np.int64]:
        """(n,) int64, from 0 on, the same number for the same hash."""
        firsts = self._rows.view(np.uint64)[:, 0]  # hashes that begin alike are alike, or nearly never so
        order = np.argsort(firsts, kind="stable")
        firsts = firsts[order]
        is_alike = firsts[1:] == firsts[:-1]
        pairs = np.flatnonzero(is_alike)
        if (self._rows[order[pairs]] != self._rows[order[pairs + 1]]).any():
            whole = self._rows.view(np.dtype((np.void, _N_BYTES)))[:, 0]
            return np.unique(whole, return_inverse=True)[1].astype(np.int64)
        numbers = np.empty(len(self), np.int64)
        numbers[order] = np.concatenate([np.zeros(min(1, len(order)), np.int64), np.cumsum(~is_alike)])
        return numbers
