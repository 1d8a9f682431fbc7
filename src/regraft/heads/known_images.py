"""Images of known classes, as that learns from them which says how sure a classifier is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.heads.row_blocks import read_some

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads.folds import FoldTable
    from regraft.heads.row_blocks import RowSource
    from regraft.heads.selection import CrossValidation


@dataclass(frozen=True, eq=False)
class KnownImages:
    """Images, and what heads that have not seen them say of them.

    Attributes:
        features: (n, d) of the frozen network.
        labels: (n,) classes, columns of `head_scores`.
        units: (n,) which group, or copies, each image belongs to.
        folds: Which images each fold is fitted on and asked about; whole units in one.
        head_scores: (n, k) of heads that have not seen the image, divided by the temperature.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    units: NDArray[np.int64]
    folds: FoldTable
    head_scores: NDArray[np.floating]

    @classmethod
    def of(
        cls,
        features: RowSource,
        labels: NDArray[Any],
        units: NDArray[np.int64],
        heads: CrossValidation,
    ) -> KnownImages:
        """From a cross-validation; where it streamed very many samples, those of which it kept the scores.

        Args:
            features: (n, d) of the frozen network.
            labels: (n,) as the cross-validation was given them.
            units: (n,) which group, or copies, each image belongs to.
            heads: What came of it.
        """
        scores, rows = heads.scores.astype(np.float64) / heads.temperature, heads.rows
        codes = np.searchsorted(heads.classes, labels[rows])
        return cls(read_some(features, rows), codes, units[rows], heads.folds, scores)

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """(n,) whether a fold that knows its class was asked about the image.

        An image whose whole class was left out with it is strange, and says nothing of images of that class.
        """
        found = np.zeros(len(self.labels), np.bool_)
        for is_train, is_test in zip(self.folds.is_train.T, self.folds.is_test.T, strict=True):
            found |= is_test & np.isin(self.labels, self.labels[is_train])
        return found
