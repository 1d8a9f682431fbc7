"""From scores to probabilities that can be believed: temperature scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_BOUNDS = (-7.0, 7.0)


def softmax(scores: Array) -> Array:
    """exp(z_k) / sum_j exp(z_j) of each row of (n, k)."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def fit_temperature(scores: Array, codes: NDArray[np.int64], weights: Array | None = None) -> float:
    """The temperature T for which softmax(scores / T) has the smallest log loss (Guo et al. 2017, section 4.2).

    It never changes which class is the most probable. The scores should be of samples that the head has not been
    fitted on.

    Args:
        scores: (n, k).
        codes: (n,) classes 0 .. k - 1.
        weights: (n,) sample weights or None.

    Returns:
        T between e^-7 and e^7; 1 where there are no scores.
    """
    if not len(codes):
        return 1.0
    from scipy.optimize import minimize_scalar

    scores = scores.astype(np.float64)
    shifted = scores - scores.max(axis=1, keepdims=True)
    own = shifted[np.arange(len(codes)), codes]

    def log_loss(log_temperature: float) -> float:
        inverse = np.exp(-log_temperature)
        losses = np.log(np.exp(shifted * inverse).sum(axis=1)) - own * inverse
        return float(np.average(losses, weights=weights))

    found = minimize_scalar(log_loss, bounds=_BOUNDS, method="bounded", options={"xatol": 1e-4})
    return float(np.exp(found.x))
