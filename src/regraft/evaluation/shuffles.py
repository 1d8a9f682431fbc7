"""Shuffles of images that keep those of one object together: what chance gives where images come in groups.

Sources: Good, "Permutation, parametric and bootstrap tests of hypotheses", 3rd edition, 2005; for blocks of unequal
size: Winkler et al., "Multi-level block permutation", NeuroImage 123 (2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_N_UNITS_MIN = 8
"""Fewer units of about the same size cannot be shuffled among themselves."""
_RATIO_MAX = 1.5
"""Units whose sizes differ by more do not change places where there are enough others."""


def shuffle_units(units: NDArray[np.int64], n_shuffles: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Which row's label (or answer, or side) each row gets, where whole units change places.

    A unit gets the labels of one other unit of about its size, in their order; where the sizes differ, they are
    stretched or thinned. So a unit whose images share a label keeps one label, which is what makes the test exact.

    Args:
        units: (n,) the unit of each image.
        n_shuffles: How many.
        rng: Where they come from.

    Yields:
        (n,) int64: rows; each once, unless units differ in size.
    """
    _names, unit_of_row, sizes = np.unique(units, return_inverse=True, return_counts=True)
    strata = _strata(sizes)
    rows = np.argsort(unit_of_row, kind="stable")
    starts = np.cumsum(sizes) - sizes
    unit = unit_of_row[rows]
    place_in_unit = np.arange(len(units)) - starts[unit]
    source = np.empty(len(sizes), np.int64)
    for _number in range(n_shuffles):
        for members in strata:
            source[members] = rng.permutation(members)
        given = source[unit]
        order = np.empty(len(units), np.int64)
        order[rows] = rows[starts[given] + place_in_unit * sizes[given] // sizes[unit]]
        yield order


def corrected_p_values(found: NDArray[np.float64], by_chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often the largest of all statistics is by chance as large as each one: in units of its own spread.

    Args:
        found: (...) statistics; large ones speak against chance.
        by_chance: (b, ...) the same for each shuffle.
    """
    middle, spread = by_chance.mean(axis=0), by_chance.std(axis=0)
    scale = np.where(spread > 1e-9, spread, np.inf)  # what no shuffle changes is no evidence
    largest = ((by_chance - middle) / scale).reshape(len(by_chance), -1).max(axis=1)
    n_above = (largest >= ((found - middle) / scale)[..., None] - 1e-9).sum(axis=-1)
    p_values: NDArray[np.float64] = (n_above + 1) / (len(by_chance) + 1)
    return p_values


def _strata(sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The units that may change places with each other: those of about one size, and enough of them."""
    order = np.argsort(sizes, kind="stable")
    bounds = [0]
    for place, size in enumerate(sizes[order].tolist()):
        is_larger = size > _RATIO_MAX * sizes[order[bounds[-1]]]
        if is_larger and min(place - bounds[-1], len(sizes) - place) >= _N_UNITS_MIN:
            bounds.append(place)
    return np.split(order, bounds[1:])
