"""What the probabilities are worth: rank of the truth, log loss, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.evaluation.class_counts import sum_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_BINS = 15
PROBABILITY_FLOOR = 1e-7
"""The least probability that the log loss believes: about the step of a float32 below 1."""


class ReliabilityBin(Value):
    """The images whose confidence lies in (low, high]; means are None where there are none."""

    low: float
    high: float
    n: int
    confidence: float | None
    accuracy: float | None


def top_hits(probabilities: NDArray[np.floating], labels: NDArray[np.int64], n_guesses: int) -> NDArray[np.bool_]:
    """(n,) whether the truth is among the `n_guesses` most probable classes; of equals the first counts as higher.

    Args:
        probabilities: (n, k).
        labels: (n,) true classes.
        n_guesses: How many classes may be named; 1 gives the hits of the accuracy.
    """
    truth = np.take_along_axis(probabilities, labels[:, None], axis=1)
    before = np.arange(probabilities.shape[1]) < labels[:, None]
    rank = (probabilities > truth).sum(axis=1) + ((probabilities == truth) & before).sum(axis=1)
    return np.asarray(rank < n_guesses)


def log_losses(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(n,) -ln of the probability that each image's true class was given, in nats.

    Probabilities below `PROBABILITY_FLOOR` count as that floor, so one certain mistake costs 16.1 and not infinity.
    """
    truth = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0].astype(np.float64)
    return -np.log(np.clip(truth, PROBABILITY_FLOOR, 1.0))


def confidence_bins(confidence: NDArray[np.float64], n_bins: int = N_BINS) -> NDArray[np.int64]:
    """(n,) position of the equal-width bin (i / n_bins, (i + 1) / n_bins] that each confidence lies in."""
    return np.clip(np.ceil(confidence * n_bins).astype(np.int64) - 1, 0, n_bins - 1)


def calibration_error(
    confidence: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.floating] | None = None,
    n_bins: int = N_BINS,
) -> NDArray[np.float64]:
    """(b,) expected calibration error: mean over images of |accuracy - confidence| of their bin.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3, equal-width bins.
    Few images make it too large: chance alone separates accuracy and confidence in a small bin.

    Args:
        confidence: (n,) probabilities of the predicted classes.
        right: (n,) whether the predictions were right.
        weights: (n, b) weights of the images; None counts each once, b = 1.
        n_bins: Number of equal-width bins.
    """
    if weights is None:
        weights = np.ones((len(right), 1))
    gaps = weights * (right - confidence).astype(weights.dtype)[:, None]
    gaps_of_bins = np.abs(sum_by(confidence_bins(confidence, n_bins), gaps, n_bins))
    return np.asarray(gaps_of_bins.sum(axis=0) / weights.sum(axis=0), np.float64)


def reliability_bins(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], n_bins: int = N_BINS
) -> tuple[ReliabilityBin, ...]:
    """How right the classifier was at each level of confidence.

    Source: Niculescu-Mizil and Caruana, "Predicting good probabilities with supervised learning", ICML 2005.
    """
    bins = confidence_bins(confidence, n_bins)
    sizes = np.bincount(bins, minlength=n_bins)
    sums = (np.bincount(bins, weights=values, minlength=n_bins) for values in (confidence, right.astype(float)))
    rows = zip(sizes.tolist(), *(total.tolist() for total in sums), strict=True)
    return tuple(
        ReliabilityBin(
            low=position / n_bins,
            high=(position + 1) / n_bins,
            n=n,
            confidence=total_confidence / n if n else None,
            accuracy=n_right / n if n else None,
        )
        for position, (n, total_confidence, n_right) in enumerate(rows)
    )
