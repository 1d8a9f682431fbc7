"""Any column as a few cells: equal texts, or numbers that lie near each other.

A classifier on cells is a table of counts, so it is fitted and judged anew for hundreds of shuffles in a moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_UNITS_EACH = 20
_N_CELLS_MIN, _N_CELLS_MAX = 4, 64


def n_cells_for(n_units: int) -> int:
    """How many cells leave about twenty independent images in each; a power of two."""
    wanted = np.clip(n_units // _N_UNITS_EACH, _N_CELLS_MIN, _N_CELLS_MAX)
    return int(2 ** np.floor(np.log2(wanted)))


def cells_of_values(values: NDArray[Any], n_cells: int) -> NDArray[np.int64]:
    """(n,) cells of texts or of other values without order: the most frequent each by itself, the others together."""
    _values, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), np.int64)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    cells: NDArray[np.int64] = np.minimum(ranks, n_cells - 1)[codes]
    return cells


def cells_of_numbers(columns: NDArray[np.floating], n_cells: int) -> NDArray[np.int64]:
    """(n,) cells of about equal size of points (n, d): halved at the median of the widest column again and again.

    Equal points always share a cell: the order of the rows says nothing.
    """
    points = (columns - columns.mean(axis=0)) / np.maximum(columns.std(axis=0), 1e-12)
    cells = np.zeros(len(points), np.int64)
    for _level in range(int(np.log2(n_cells))):
        upper = np.zeros(len(points), np.bool_)
        order = np.argsort(cells, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(cells[order])) + 1):
            upper[rows] = _upper_half(points[rows])
        _names, cells = np.unique(cells * 2 + upper, return_inverse=True)
    return cells


def _upper_half(points: NDArray[np.floating]) -> NDArray[np.bool_]:
    column = points[:, int(np.argmax(points.std(axis=0)))]
    middle = np.median(column)
    above = column > middle
    if not above.any():
        above = column >= middle if column.min() < middle else above
    return np.asarray(above, np.bool_)
