"""What two judges that have not seen an image's label say of it: linear heads, and its nearest neighbours.

The heads lead: their second look ranks errors better than neighbours do, and better than any mean of both (`bench/
label_errors.py`). Neighbours second them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.labels.confident import confident_classes, of_label
from regraft.auditing.labels.votes import neighbours_outside, vote

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads import FoldRefits


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

    @property
    def contradictions(self) -> NDArray[np.int64]:
        """(n,) the class that the heads are confident of, the label where they do not contradict it."""
        return confident_classes(self.labels, self.heads)

    @property
    def agreements(self) -> NDArray[np.bool_]:
        """(n,) whether neighbours contradict the label, too, and are confident of the same class."""
        seconded = confident_classes(self.labels, self.neighbours)
        agreed: NDArray[np.bool_] = (seconded == self.contradictions) & (seconded != self.labels)
        return agreed

    @property
    def alternatives(self) -> NDArray[np.int64]:
        """(n,) the most probable class that is not the label."""
        others = self.heads.copy()
        others[np.arange(len(others)), self.labels] = -1
        best: NDArray[np.int64] = others.argmax(axis=1)
        return best

    @property
    def suspicions(self) -> NDArray[np.float64]:
        """(n,) from 0 to 1: how much more probable the alternative is than the label, 0.5 for as probable.

        An image that resembles no class has a low probability of its label, too; it is no error by that alone.
        """
        return (of_label(self.alternatives, self.heads) - of_label(self.labels, self.heads) + 1) / 2


class Judges:
    """Heads and neighbours, ready to judge any labels of the same images.

    Args:
        refits: The heads.
        embedding: (n, d) rows of length 1.
        fold_of: (n,) the fold of each image.
        n_classes: k.
    """

    def __init__(
        self, refits: FoldRefits, embedding: NDArray[np.float32], fold_of: NDArray[np.int64], n_classes: int
    ) -> None:
        self._refits = refits
        self._neighbours = neighbours_outside(embedding, fold_of)
        self._n_classes = n_classes

    def judge(self, labels: NDArray[np.int64], first: NDArray[np.float64] | None = None) -> Opinions:
        """Ask neighbours once and heads twice: the second time without the images that the first contradicted.

        So a wrong label no longer speaks for others that look like it, which a single look lets it do.

        Args:
            labels: (n,) of at least two different values.
            first: (n, k) out-of-fold probabilities of the first look, where they are known.
        """
        if first is None:
            first = self._refits.probabilities(labels, self._n_classes)
        is_doubtful = confident_classes(labels, first) != labels
        heads = self._refits.probabilities(labels, self._n_classes, is_doubtful)
        return Opinions(labels, heads, vote(self._neighbours, labels, self._n_classes))

    def near(self, row: int, labels: NDArray[np.int64], n_images: int) -> NDArray[np.int64]:
        """An image and the nearest others that are labelled as it is, so many in all where there are as many."""
        others = self._neighbours[row]
        return np.append(row, others[labels[others] == labels[row]][: n_images - 1])
