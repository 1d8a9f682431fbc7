"""Counts by class, and every metric that follows from them.

All counts may be weighted, many weightings at once: a bootstrap is the same formula on other weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ClassCounts:
    """How often each of k classes was the truth, was predicted, and was both, under b weightings.

    Attributes:
        n_true: (k, b) images of the class.
        n_predicted: (k, b) images that were taken for the class.
        n_right: (k, b) images of the class that were taken for it.
    """

    n_true: NDArray[np.float64]
    n_predicted: NDArray[np.float64]
    n_right: NDArray[np.float64]


def count_classes(
    labels: NDArray[np.int64],
    predicted: NDArray[np.int64],
    n_classes: int,
    weights: NDArray[np.floating] | None = None,
) -> ClassCounts:
    """Count truths, predictions and hits by class.

    Args:
        labels: (n,) true classes, 0 to n_classes - 1.
        predicted: (n,) predicted classes.
        n_classes: k.
        weights: (n, b) weights of the images; None counts each once, b = 1.
    """
    if weights is None:
        weights = np.ones((len(labels), 1))
    right = labels == predicted
    return ClassCounts(
        n_true=sum_by(labels, weights, n_classes),
        n_predicted=sum_by(predicted, weights, n_classes),
        n_right=sum_by(labels[right], weights[right], n_classes),
    )


def sum_by(positions: NDArray[np.int64], values: NDArray[np.floating], n_positions: int) -> NDArray[np.float64]:
    """Sums of the rows of `values` (n, b) that share a position (n,): (n_positions, b) float64."""
    sums = np.zeros((n_positions, values.shape[1]))
    if len(positions):
        order = np.argsort(positions, kind="stable")
        present, starts = np.unique(positions[order], return_index=True)
        sums[present] = np.add.reduceat(values[order], starts, axis=0)
    return sums


def recall(counts: ClassCounts) -> NDArray[np.float64]:
    """(k, b) share of a class's images that were recognised; NaN without images of the class."""
    return _ratio(counts.n_right, counts.n_true)


def precision(counts: ClassCounts) -> NDArray[np.float64]:
    """(k, b) share of the predictions of a class that were right; NaN where it was never predicted."""
    return _ratio(counts.n_right, counts.n_predicted)


def f1(counts: ClassCounts) -> NDArray[np.float64]:
    """(k, b) harmonic mean of precision and recall: 2 right / (true + predicted).

    NaN for a class without images, however often it was predicted: there is nothing to find.
    """
    return np.where(counts.n_true > 0, _ratio(2 * counts.n_right, counts.n_true + counts.n_predicted), np.nan)


def balanced_accuracy(counts: ClassCounts) -> NDArray[np.float64]:
    """(b,) mean recall of the classes that have images.

    Source: Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010; equal to
    `sklearn.metrics.balanced_accuracy_score`.
    """
    return _mean_known(recall(counts))


def macro_f1(counts: ClassCounts) -> NDArray[np.float64]:
    """(b,) mean F1 of the classes that have images.

    Averaged F1 scores, not the F1 of averages (Opitz and Burst, "Macro F1 and macro F1", 2019). Equal to
    `sklearn.metrics.f1_score(average="macro")` with `labels` set to the classes that have images.
    """
    return _mean_known(f1(counts))


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio


def _mean_known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    n_known = known.sum(axis=0)
    return _ratio(np.where(known, values, 0.0).sum(axis=0), n_known.astype(np.float64))
