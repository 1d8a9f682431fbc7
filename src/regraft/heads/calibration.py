"""From scores to probabilities that can be believed: temperature scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads.folds import FoldTable

    Array = NDArray[Any]

_BOUNDS = (-7.0, 7.0)
_TOLERANCE = 1e-4
_N_STEPS_MAX = 60
_PRIOR_SPREAD = 1.0
"""Of log T: where all images out of fold are right, T would else go to 0, and every probability to 1."""


@dataclass(frozen=True)
class Calibration:
    """What dividing scores by a temperature does for the probabilities of images that it was not fitted on.

    Attributes:
        fitted: The temperature that suits all out-of-fold scores best.
        log_loss_before: Mean log loss of these scores as they are, in nats.
        log_loss_after: With the temperature that suits the other folds best.
        is_used: Whether it makes the log loss no larger; else the scores stay as they are.
    """

    fitted: float
    log_loss_before: float
    log_loss_after: float
    is_used: bool

    @property
    def temperature(self) -> float:
        """The one to divide by; 1 where calibration is not used."""
        return self.fitted if self.is_used else 1.0

    @property
    def reason(self) -> str:
        """What is done with the scores, and why."""
        change = f"the log loss of images out of fold from {self.log_loss_before:.4f} to {self.log_loss_after:.4f}"
        if self.is_used:
            return f"Scores are divided by a temperature of {self.temperature:.3f}, which brings {change}."
        return f"Scores are not divided by a temperature: it would bring {change}."


def calibrate(scores: Array, codes: NDArray[np.int64], folds: FoldTable, weights: Array | None = None) -> Calibration:
    """Fit a temperature, and use it only if it helps images that it was not fitted on.

    Args:
        scores: (n, k) out of fold.
        codes: (n,) classes 0 .. k - 1.
        folds: Which samples each fold was judged on; a fold's temperature is fitted on the others'.
        weights: (n,) sample weights or None.
    """
    is_held = folds.is_test.any(axis=1)
    weights = np.ones(len(codes)) if weights is None else weights.astype(np.float64)
    fitted = fit_temperature(scores[is_held], codes[is_held], weights[is_held], prior_spread=_PRIOR_SPREAD)
    before = after = 0.0
    for is_test in folds.is_test.T:
        others = is_held & ~is_test & (weights > 0)
        temperature = fit_temperature(scores[others], codes[others], weights[others], prior_spread=_PRIOR_SPREAD)
        before += float(weights[is_test] @ _log_losses(scores[is_test], codes[is_test], 1.0))
        after += float(weights[is_test] @ _log_losses(scores[is_test], codes[is_test], temperature))
    total = max(float((weights @ folds.is_test).sum()), float(np.finfo(np.float64).tiny))
    return Calibration(fitted, before / total, after / total, is_used=after <= before)


def _log_losses(scores: Array, codes: NDArray[np.int64], temperature: float) -> NDArray[np.float64]:
    scaled = scores.astype(np.float64) / temperature
    highest = scaled.max(axis=1)
    totals = np.log(np.exp(scaled - highest[:, None]).sum(axis=1))
    return np.asarray(totals + highest - scaled[np.arange(len(codes)), codes])


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
