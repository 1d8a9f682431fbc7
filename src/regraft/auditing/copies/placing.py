"""Roughly where one picture lies on another: which way it is turned, and which window of it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.auditing.copies.codes import window_codes
from regraft.auditing.copies.placings import list_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.copies.codes import Code

    Floats = NDArray[np.floating]
    Integers = NDArray[np.int64]

_BLOCK = 2048


class Placed(NamedTuple):
    """Pairs, and how the second picture lies in the first.

    Attributes:
        pairs: (m, 2) positions: the second shows a window of the first.
        turns: (m,) how the second is to be turned.
        windows: (m, 4) the window of the first.
        likeness: (m,) of their codes, 1 at most.
    """

    pairs: Integers
    turns: Integers
    windows: Floats
    likeness: Floats

    @property
    def distances(self) -> Floats:
        """(m,) between their codes, which are of length 1."""
        distances: Floats = np.sqrt(np.maximum(0, 2 - 2 * self.likeness))
        return distances

    def select(self, chosen: NDArray[np.bool_] | Integers) -> Placed:
        """Some of the pairs."""
        return Placed(self.pairs[chosen], self.turns[chosen], self.windows[chosen], self.likeness[chosen])


def place(code: Code, pictures: Floats, turned_codes: Sequence[Floats], pairs: Integers) -> Placed:
    """The likeliest of eight turns, of about fifty windows, and of the two ways round.

    Args:
        code: Of the data set.
        pictures: (n, p, p) thumbnails.
        turned_codes: Their codes in each turn, (n, 32) each.
        pairs: (m, 2) positions.
    """
    windows, forms = list_windows(), np.stack(turned_codes, axis=1)
    directed = np.concatenate([pairs, pairs[:, ::-1]])
    directed = directed[np.argsort(directed[:, 0], kind="stable")]
    n_windows = len(windows)
    best, likeness = np.empty(len(directed), np.int64), np.empty(len(directed), np.float32)
    for start in range(0, len(directed), _BLOCK):
        block = directed[start : start + _BLOCK]
        seen, place_of = np.unique(block[:, 0], return_inverse=True)
        shown = window_codes(code, pictures[seen], windows)
        values = (forms[block[:, 1]] @ shown[place_of].transpose(0, 2, 1)).reshape(len(block), -1)
        best[start : start + _BLOCK] = values.argmax(axis=1)
        likeness[start : start + _BLOCK] = values.max(axis=1)
    placed = Placed(directed, best // n_windows, windows[best % n_windows], likeness)
    return placed.select(_better_way_round(placed, len(pictures)))


def _better_way_round(placed: Placed, n_rows: int) -> Integers:
    """One of the two directions of each pair, in the order of the pairs."""
    ordered = np.sort(placed.pairs, axis=1)
    order = np.lexsort((-placed.likeness, ordered[:, 0] * n_rows + ordered[:, 1]))
    return order[::2]
