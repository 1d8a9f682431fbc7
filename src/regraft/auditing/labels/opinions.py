"""What two judges that have not seen an image's label say of it: linear heads, and its nearest neighbours.

The heads lead: their second look ranks errors better than neighbours do, and better than the mean or a pool of both
(`bench/label_errors.py` has the figures). Neighbours second them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.labels.confident import confident_classes, of_label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads import FoldRefits, Refit

_N_ADDED = 10


def look_twice(
    refits: FoldRefits, labels: NDArray[np.int64], *, start: Refit | None = None
) -> tuple[Refit, NDArray[np.float64]]:
    """Fit the heads, and again without the images that they contradict (Northcutt et al. 2021, section 3.2).

    So a wrong label no longer speaks for others that look like it, which a single look lets it do.

    Args:
        refits: Of the images.
        labels: (n,) of at least two different values.
        start: The first look at labels that are mostly the same.

    Returns:
        The first look, and the probabilities (n, k) of the second.
    """
    first = refits.fit(labels, start=start)
    is_doubtful = confident_classes(labels, first.probabilities) != labels
    return first, refits.fit(labels, is_left_out=is_doubtful, start=first).probabilities


@dataclass(frozen=True, eq=False)
class Opinions:
    """Of n images and k classes.

    Attributes:
        labels: (n,) what they are labelled.
        heads: (n, k) probabilities by heads.
        neighbours: (n, k) shares of the classes among the nearest images.
    """

    labels: NDArray[np.int64]
    heads: NDArray[np.float64]
    neighbours: NDArray[np.float64]

    @cached_property
    def likely(self) -> NDArray[np.int64]:
        """(n,) the class that the heads are confident of; the label where they do not contradict it."""
        return confident_classes(self.labels, self.heads)

    @cached_property
    def is_seconded(self) -> NDArray[np.bool_]:
        """(n,) whether neighbours contradict the label, too, and are confident of the same class."""
        seconded = confident_classes(self.labels, self.neighbours)
        agreed: NDArray[np.bool_] = (seconded == self.likely) & (seconded != self.labels)
        return agreed

    @cached_property
    def suspicions(self) -> NDArray[np.float64]:
        """(n,) from 0 to 1, to be looked at in falling order."""
        return suspicions(self.labels, self.heads)


def suspicions(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) from 0 to 1: how badly each image's label fits, beside what is usual in its class.

    The Brier score of the label (Brier 1950): squared, it counts what the label lacks and what other classes have. An
    image that resembles no class lacks much, too, but no other class has it. What is usual is the mean over the class,
    with ten images of the mean over all added for classes of few: rare and hard ones do not come first for being so.

    Args:
        labels: (n,).
        probabilities: (n, k).
    """
    fits: NDArray[np.float64] = (
        brier_scores(labels, probabilities) - usual_scores(labels, probabilities)[labels] + 1
    ) / 2
    return fits


def usual_scores(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) what each class's own images score.

    Args:
        labels: (n,).
        probabilities: (n, k).
    """
    n_classes, scores = probabilities.shape[1], brier_scores(labels, probabilities)
    sums = np.bincount(labels, weights=scores, minlength=n_classes) + _N_ADDED * scores.mean()
    usual: NDArray[np.float64] = sums / (np.bincount(labels, minlength=n_classes) + _N_ADDED)
    return usual


def brier_scores(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) from 0, the label is certain, to 1, another class is.

    Args:
        labels: (n,).
        probabilities: (n, k).
    """
    squares: NDArray[np.float64] = np.square(probabilities).sum(axis=1)
    return (1 - 2 * of_label(labels, probabilities) + squares) / 2


def alternatives(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) the most probable class that is not the label.

    Args:
        labels: (n,).
        probabilities: (n, k).
    """
    others = probabilities.copy()
    others[np.arange(len(labels)), labels] = -1
    best: NDArray[np.int64] = others.argmax(axis=1)
    return best
