"""Whether features are held in memory or streamed, and what of a streamed search is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from regraft.core import megabytes, memory_bytes
from regraft.heads.row_blocks import computed_dtype

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads.row_blocks import RowSource

MEMORY_SHARE = 0.5
"""Of the memory that this process may have, for fitting heads; what would take more is streamed."""
_N_COPIES = 5
"""Of the features while they are turned: as given, normalised, centred, turned, and with a column of ones."""
_N_SCORES_MAX = 40_000_000
_N_SCORES_KEPT = 10_000_000
"""Out-of-fold scores of a streamed search: as float64 80 MB. Calibration needs a few arrays of the size."""
_N_FEATURES_KEPT = 40_000_000
"""Of the same samples, by which it is learnt what is unknown: with 1,280 each 31,250 samples, in arrays of 320 MB."""


def must_stream(features: RowSource, n_classes: int, n_folds: int) -> bool:
    """Whether fitting heads in memory would take more than `MEMORY_SHARE` of it.

    Args:
        features: (n, d).
        n_classes: Of the samples.
        n_folds: That are fitted together.
    """
    return needed_bytes(features, n_classes, n_folds) > MEMORY_SHARE * memory_bytes()


def needed_bytes(features: RowSource, n_classes: int, n_folds: int) -> int:
    """What fitting heads in memory takes at its peak.

    Args:
        features: (n, d).
        n_classes: Of the samples.
        n_folds: That are fitted together.
    """
    n_rows, n_features = features.shape
    n_scores = max(n_rows * n_classes, min(n_rows * n_classes * n_folds, _N_SCORES_MAX))
    n_numbers = n_rows * n_features * _N_COPIES + 4 * n_scores + 4 * n_rows * n_classes
    return int(n_numbers * computed_dtype(features).itemsize)


@dataclass(frozen=True, eq=False)
class Streaming:
    """How samples were streamed.

    Attributes:
        kept: (m,) the samples of which out-of-fold scores are kept, and by which it is learnt what is unknown.
        n_rows: How many samples there are.
        n_bytes: Of their features, as they are kept.
        n_passes: Over all of them, to choose a head.
    """

    kept: NDArray[np.int64]
    n_rows: int
    n_bytes: int
    n_passes: int

    @classmethod
    def of(cls, features: RowSource, n_classes: int, n_passes: int) -> Self:
        """Of a search.

        Args:
            features: (n, d).
            n_classes: Of the samples.
            n_passes: That were made.
        """
        n_rows, n_features = features.shape
        step = max(-(-n_rows * n_classes // _N_SCORES_KEPT), -(-n_rows * n_features // _N_FEATURES_KEPT))
        return cls(np.arange(0, n_rows, max(step, 1)), n_rows, n_rows * n_features * features.dtype.itemsize, n_passes)

    @property
    def sentence(self) -> str:
        """What was done, and why."""
        sample = f" Calibrated on {len(self.kept):,} images at even distances, which also tell what is unknown."
        kept = "" if len(self.kept) == self.n_rows else sample
        size = megabytes(self.n_bytes)
        return (
            f"The features of {self.n_rows:,} images ({size}) were streamed in {self.n_passes} passes: held in memory, "
            f"choosing the head would have taken more than {MEMORY_SHARE:.0%} of it.{kept}"
        )
