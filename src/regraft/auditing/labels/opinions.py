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
_FLOOR = 0.01
"""On so many images heads know nothing: none of their probabilities is believed to be nought or one."""


def look_twice(refits: FoldRefits, labels: NDArray[np.int64], *, start: Refit | None = None) -> tuple[Refit, Refit]:
    """Fit the heads, and again without the images that they contradict (Northcutt et al. 2021, section 3.2).

    So a wrong label no longer speaks for others that look like it, which a single look lets it do.

    Args:
        refits: Of the images.
        labels: (n,) of at least two different values.
        start: The first look at labels that are mostly the same.

    Returns:
        What comes of both looks.
    """
    first = refits.fit(labels, start=start)
    is_doubtful = confident_classes(labels, first.probabilities, first.knows(labels)) != labels
    return first, refits.fit(labels, is_left_out=is_doubtful, start=first)


@dataclass(frozen=True, eq=False)
class Opinions:
    """Of n images and k classes.

    Attributes:
        labels: (n,) what they are labelled.
        heads: What heads say.
        neighbours: (n, k) shares of the classes among the nearest images.
    """

    labels: NDArray[np.int64]
    heads: Refit
    neighbours: NDArray[np.float64]

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """(n,) whether anybody knows the class that an image is labelled as.

        Nobody does if all images of the class are of one object, or if none of the others is believed.
        """
        return self.heads.knows(self.labels)

    @cached_property
    def likely(self) -> NDArray[np.int64]:
        """(n,) the class that the heads are confident of; the label where they do not contradict it."""
        return confident_classes(self.labels, self.heads.probabilities, self.is_judged)

    @cached_property
    def is_seconded(self) -> NDArray[np.bool_]:
        """(n,) whether neighbours contradict the label, too, and are confident of the same class."""
        seconded = confident_classes(self.labels, self.neighbours, self.is_judged)
        agreed: NDArray[np.bool_] = (seconded == self.likely) & (seconded != self.labels)
        return agreed

    @cached_property
    def suspicions(self) -> NDArray[np.float64]:
        """(n,) from 0 to 1, to be looked at in falling order; 0 where the label is not judged."""
        return suspicions(self.labels, self.heads, usual_chances(self.labels, self.heads))


def suspicions(labels: NDArray[np.int64], heads: Refit, usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) from 0 to 1: each label's chance to be wrong, less half of what is usual in its class.

    A class whose images are often suspicious may be a hard one, or have many wrong labels; which of them is not known,
    so half of it counts as the one.

    Args:
        labels: (n,); 0 is given for those that the heads do not know.
        heads: What heads say of the images.
        usual: (k,) from `usual_chances`, perhaps of other labels.
    """
    lowest, highest = -0.5, 1.0
    beyond = chances_of_error(labels, heads.probabilities) - usual[labels] / 2
    found: NDArray[np.float64] = np.where(heads.knows(labels), (beyond - lowest) / (highest - lowest), 0)
    return found


def usual_chances(labels: NDArray[np.int64], heads: Refit) -> NDArray[np.float64]:
    """(k,) each class's mean chance to be wrong, with ten images of the mean over all: little is known of few.

    Args:
        labels: (n,); those that the heads do not know do not count.
        heads: What heads say of the images.
    """
    is_judged, n_classes = heads.knows(labels), heads.probabilities.shape[1]
    chances = is_judged * chances_of_error(labels, heads.probabilities)
    sums, counts = (np.bincount(labels, weights=weights, minlength=n_classes) for weights in (chances, is_judged))
    mean = chances.sum() / max(int(is_judged.sum()), 1)
    usual: NDArray[np.float64] = (sums + _N_ADDED * mean) / (counts + _N_ADDED)
    return usual


def chances_of_error(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how probably each label is wrong, if every second one were.

    Right, it is as probable as the heads say: p_y. Wrong, the image is of another class j, with p_j, and was called y
    in one of two ways, each as often: by a slip, to any of the k - 1 other classes, or for what it resembles, to y as
    far as it does so beside all others. So the odds are

        1/2 (1 - p_y) / ((k - 1) p_y) + 1/2 sum over j != y of p_j / (1 - p_j).

    The first part ranks as self-confidence does (Northcutt et al. 2021): it finds slips, but also has images that look
    like nothing come first. The second finds labels that were confused: another class must be sure.

    Args:
        labels: (n,).
        probabilities: (n, k).
    """
    n_classes = probabilities.shape[1]
    believed = (1 - _FLOOR) * probabilities + _FLOOR / n_classes
    own, ratios = of_label(labels, believed), believed / (1 - believed)
    slips, confusions = (1 - own) / ((n_classes - 1) * own), ratios.sum(axis=1) - of_label(labels, ratios)
    odds = (slips + confusions) / 2
    chances: NDArray[np.float64] = odds / (1 + odds)
    return chances


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
