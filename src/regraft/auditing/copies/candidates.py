"""Which pairs of images are worth a closer look: nearest neighbours by short codes and by features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator
from regraft.heads import normalise_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.floating]
    Integers = NDArray[np.int64]

_N_EXACT = 20_000
"""More images than these are compared within cells of neighbours only."""
_CELL_ROWS = 2000
_N_CELLS_EACH = 3
_N_EACH_FORM = 3
_BLOCK = 512
_N_FEATURES = 128


def nearest_pairs(queries: Sequence[Floats], rows: Floats, n_each: int, seed: int) -> Integers:
    """Pairs of each row and those that are nearest to it.

    Args:
        queries: Forms of the rows, (n, d) each, `rows` themselves first: a row is as near to another as the nearest
            of its forms.
        rows: (n, d), of length 1.
        n_each: How many neighbours.
        seed: Of the cells.

    Returns:
        (m, 2) positions, the smaller first, each pair once.
    """
    if len(rows) <= _N_EXACT:
        return unique_pairs(_nearest(queries, rows, min(n_each, len(rows) - 1)), len(rows))
    found = []
    for cell, *asking in _cells(queries, rows, seed):
        for form, names in zip(queries, asking, strict=True):
            pairs = _nearest([form[names]], rows[cell], _N_EACH_FORM)
            found.append(np.stack([names[pairs[:, 0]], cell[pairs[:, 1]]], axis=1))
    pairs = np.concatenate(found)
    return unique_pairs(pairs[pairs[:, 0] != pairs[:, 1]], len(rows))


def unique_pairs(pairs: Integers, n_rows: int) -> Integers:
    """Each pair (m, 2) once, the smaller position first, in order."""
    ordered = np.sort(pairs, axis=1)
    keys = np.unique(ordered[:, 0] * n_rows + ordered[:, 1])
    return np.stack([keys // n_rows, keys % n_rows], axis=1)


def shortened(features: Floats, seed: int) -> Floats:
    """Features (n, d) in 128 random directions, about their mean, of length 1 (Johnson and Lindenstrauss, 1984)."""
    if features.shape[1] > _N_FEATURES:
        rng = generator(seed, "directions of features")
        directions = rng.standard_normal((features.shape[1], _N_FEATURES)).astype(np.float32)
        features = features @ directions
    return normalise_rows(features - features.mean(axis=0))


def _cells(queries: Sequence[Floats], rows: Floats, seed: int) -> Iterator[list[Integers]]:
    """The rows of each cell, then for each form of the rows those that look for neighbours there.

    A row is in the cells of the three centres that are nearest to it; each of its forms looks in the nearest one.
    """
    rng = generator(seed, "centres of cells")
    centres = rows[np.sort(rng.permutation(len(rows))[: len(rows) * _N_CELLS_EACH // _CELL_ROWS])]
    members = [_grouped(_nearest_centres(rows, centres, _N_CELLS_EACH), len(centres))]
    members += [_grouped(_nearest_centres(form, centres, 1), len(centres)) for form in queries]
    for parts in zip(*members, strict=True):
        if len(parts[0]) > 1:
            yield list(parts)


def _nearest_centres(rows: Floats, centres: Floats, n_each: int) -> Integers:
    """(n, n_each) positions of centres."""
    starts = range(0, len(rows), _BLOCK)
    return np.concatenate([_last(rows[start : start + _BLOCK] @ centres.T, n_each) for start in starts])


def _grouped(cells: Integers, n_cells: int) -> list[Integers]:
    """The rows of each cell, where `cells` (n, m) are the cells of each row."""
    order = np.argsort(cells.ravel(), kind="stable")
    bounds = np.searchsorted(cells.ravel()[order], np.arange(1, n_cells))
    return np.split(order // cells.shape[1], bounds)


def _nearest(queries: Sequence[Floats], rows: Floats, n_each: int) -> Integers:
    """(m, 2) positions of a query and of a row that is among the nearest to one of its forms."""
    found = []
    for start in range(0, len(queries[0]), _BLOCK):
        likeness = queries[0][start : start + _BLOCK] @ rows.T
        for form in queries[1:]:
            np.maximum(likeness, form[start : start + _BLOCK] @ rows.T, out=likeness)
        if queries[0] is rows:
            likeness[np.arange(len(likeness)), start + np.arange(len(likeness))] = -np.inf
        nearest = _last(likeness, min(n_each, len(rows)))
        found.append(np.stack([np.repeat(start + np.arange(len(nearest)), nearest.shape[1]), nearest.ravel()], axis=1))
    return np.concatenate(found) if found else np.empty((0, 2), np.int64)


def _last(values: Floats, n_each: int) -> Integers:
    """(n, n_each) positions of the largest values of each row."""
    return np.argpartition(values, -n_each, axis=1)[:, -n_each:]
