"""Folds of the training images, and what a training says of the images of a fold that it did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, OptionError, plural
from regraft.data import cluster_units, split_folds, split_holdout
from regraft.experiments import Sides
from regraft.heads import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.core import Rows
    from regraft.experiments import DatasetFeatures, Portions
    from regraft.grafting.finetune_options import FinetuneOptions


@dataclass(frozen=True, eq=False)
class Judged:
    """What a training says of a fold's images.

    Attributes:
        scores: (m, k) float32.
        labels: (m,) what is true.
        seconds: That the training took.
        train_loss: Of its last epoch.
    """

    scores: NDArray[np.float32]
    labels: Rows
    seconds: float
    train_loss: float

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """(m,) whether the largest score is the label's."""
        right: NDArray[np.bool_] = self.scores.argmax(axis=1) == self.labels
        return right

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        own = softmax(self.scores.astype(np.float64))[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(own, 1e-12)).mean())


def training_folds(data: DatasetFeatures, rows: Rows, *, n_folds: int, seed: int) -> list[Sides]:
    """Folds of some images that leave at least two classes to train on; groups and exact copies stay together.

    Args:
        data: The images.
        rows: Those that may be trained on.
        n_folds: How many are wanted.
        seed: Chooses them.

    Raises:
        DataError: There is none.
    """
    manifest = data.manifest.select(rows)
    digests = [data.digests[row] for row in rows]
    units = cluster_units(digests, manifest.groups)
    fold_of_row = split_folds(manifest.labels, units, digests, n_folds=n_folds, seed=seed)
    folds = [Sides(rows[fold_of_row != number], rows[fold_of_row == number]) for number in np.unique(fold_of_row)]
    usable = [sides for sides in folds if len(np.unique(data.manifest.labels[sides.train])) > 1]
    if not usable:
        raise DataError(
            f"The {plural(len(rows), 'training image')} cannot judge whether fine-tuning is worth it: each class "
            "needs two images of different objects. Add images, or use regraft finetune."
        )
    return usable


def hold_out(data: DatasetFeatures, portions: Portions, options: FinetuneOptions) -> Sides:
    """The images that are trained on, and those that judge the epochs; groups stay together.

    Raises:
        OptionError: Epochs shall be judged, and there is nothing to judge them by.
    """
    rows = portions.train
    if portions.own is not None:
        return portions.own
    if options.validation_fraction == 0:
        if options.patience is not None:
            raise OptionError("--patience needs images that judge the epochs: set --validation-fraction above 0.")
        return Sides(rows, rows[:0])
    manifest = data.manifest.select(rows)
    digests = [data.digests[row] for row in rows]
    units = cluster_units(digests, manifest.groups)
    is_held = split_holdout(
        manifest.labels, units, digests, test_fraction=options.validation_fraction, seed=options.seed
    )
    return Sides(rows[~is_held], rows[is_held])
