"""From scores to probabilities that can be believed: temperature scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_BOUNDS = (-7.0, 7.0)
_TOLERANCE = 1e-4
_N_STEPS_MAX = 60


def softmax(scores: Array) -> Array:
    """exp(z_k) / sum_j exp(z_j) of each row of (n, k)."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def fit_temperature(
    scores: Array, codes: NDArray[np.int64], weights: Array | None = None, *, prior_spread: float = np.inf
) -> float:
    """The temperature T for which softmax(scores / T) has the smallest log loss (Guo et al. 2017, section 4.2).

    It never changes which class is the most probable. The scores should be of samples that the head has not been
    fitted on.

    Args:
        scores: (n, k).
        codes: (n,) classes 0 .. k - 1.
        weights: (n,) sample weights or None.
        prior_spread: Standard deviation of log T around 0, where T is known to be near 1: few samples say little of
            it (if all are right, the smaller T, the better). Infinite for no such knowledge.

    Returns:
        T between e^-7 and e^7; 1 where there are no scores.
    """
    if not len(codes):
        return 1.0
    scores = scores.astype(np.float64)
    shifted = scores - scores.max(axis=1, keepdims=True)
    own = shifted[np.arange(len(codes)), codes]
    low, high = np.exp(_BOUNDS[0]), np.exp(_BOUNDS[1])
    inverse = 1.0
    for _ in range(_N_STEPS_MAX):
        slope, curvature = _derivatives(shifted, own, inverse, weights)
        pull = 1 / (inverse * prior_spread**2 * len(codes))  # of log(T)^2 / (2 spread^2), shared by the samples
        slope, curvature = slope + pull * np.log(inverse), curvature + pull * (1 - np.log(inverse)) / inverse
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        newton = inverse - slope / curvature if curvature > 0 else np.inf
        following = newton if low < newton < high else np.sqrt(low * high)
        is_close = abs(np.log(following / inverse)) < _TOLERANCE
        inverse = following
        if is_close:
            break
    return float(1.0 / inverse)


def _derivatives(shifted: Array, own: Array, inverse: float, weights: Array | None) -> tuple[float, float]:
    """First and second derivative of the mean log loss by 1 / T, in which it is convex."""
    probabilities = softmax(shifted * inverse)
    means = np.einsum("nk,nk->n", probabilities, shifted)
    spreads = np.einsum("nk,nk,nk->n", probabilities, shifted, shifted) - means**2
    return float(np.average(means - own, weights=weights)), float(np.average(spreads, weights=weights))
