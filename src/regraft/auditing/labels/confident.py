"""Confident learning (Northcutt, Jiang and Chuang 2021, JAIR 70): which labels the classifier confidently contradicts.

A class has a threshold of its own, the mean probability that its own images are given: a class that is hard or rare has
a low one. An image is confidently of a class if its probability reaches that class's threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def class_thresholds(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64], is_judged: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(k,) mean probability of each class among the images that are labelled so; infinite for classes of no image.

    Args:
        labels: (n,).
        probabilities: (n, k), out of fold.
        is_judged: (n,) of which images the probability of the label says something.
    """
    thresholds = np.full(probabilities.shape[1], np.inf)
    counts, sums = (
        np.bincount(labels, weights=weights, minlength=len(thresholds))
        for weights in (is_judged, is_judged * of_label(labels, probabilities))
    )
    np.divide(sums, counts, out=thresholds, where=counts > 0)
    return thresholds


def confident_classes(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64], is_judged: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """(n,) the most probable class of each image if it is confidently of it, else the label.

    Args:
        labels: (n,).
        probabilities: (n, k), out of fold.
        is_judged: (n,) of which images the probability of the label says something; the others keep theirs.
    """
    likely = probabilities.argmax(axis=1)
    thresholds = class_thresholds(labels, probabilities, is_judged)
    is_confident = is_judged & (of_label(likely, probabilities) >= thresholds[likely])
    return np.where(is_confident, likely, labels)


def of_label(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) the probability of each image's label: its self-confidence."""
    own: NDArray[np.float64] = probabilities[np.arange(len(labels)), labels]
    return own
