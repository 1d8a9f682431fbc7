"""How far out a value lies among those of its class, and how many of a data set one would expect so far out.

No threshold is carried from elsewhere: smooth things are not blurred pictures, and night is not underexposed. Each
value is compared with the middle of its class, in units of how far half of the larger values lie above it; small
classes are drawn to the whole. The upper tail of all these is continued as it begins, exponentially (Pickands,
"Statistical inference using extreme order statistics", Annals of Statistics 3, 1975); what then lies further out than
the largest should is left out and the tail fitted anew, so that outliers do not hide each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_VALUES_MIN = 200
"""Fewer values have no tail to speak of."""
_N_FROM_THE_WHOLE = 10
_TAIL_FROM, _TAIL_TO = 0.9, 0.97


def n_expected_beyond(values: NDArray[np.floating], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) how many of n values one would expect as far above their class as each; infinite for all but the largest.

    Args:
        values: (n,) values, large where something is wrong.
        labels: (n,) classes.
    """
    heights = _above_class(values.astype(np.float64), labels)
    n_expected = _continued(heights, heights)
    n_expected = _continued(heights, heights[n_expected > 1])
    is_large = values > np.quantile(values, _TAIL_FROM)  # of all, and not of its class alone
    return np.where(is_large, n_expected, np.inf)


def _continued(heights: NDArray[np.float64], ordinary: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how many are expected beyond each height, by the tail of ordinary ones; infinite below it."""
    start, end = np.quantile(ordinary, (_TAIL_FROM, _TAIL_TO))
    scale = (end - start) / np.log((1 - _TAIL_FROM) / (1 - _TAIL_TO))
    n_expected = np.full(len(heights), np.inf)
    if scale > 0:
        beyond = heights > start
        n_expected[beyond] = len(heights) * (1 - _TAIL_FROM) * np.exp((start - heights[beyond]) / scale)
    return n_expected


def _above_class(values: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) distances above the class's middle, in units of the class's upper half."""
    middle = float(np.median(values))
    spread = _upper_spread(values - middle, 1.0)
    heights = np.empty(len(values))
    for rows in np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1]):
        if not len(rows):
            continue
        own = len(rows) / (len(rows) + _N_FROM_THE_WHOLE)
        above = values[rows] - (own * np.median(values[rows]) + (1 - own) * middle)
        heights[rows] = above / (own * _upper_spread(above, spread) + (1 - own) * spread)
    return heights


def _upper_spread(above: NDArray[np.float64], otherwise: float) -> float:
    """The median of what lies above."""
    upper = above[above > 0]
    return float(np.median(upper)) if len(upper) else otherwise
