"""What trained networks said of images that they had not seen: what makes scores probabilities, and sets of classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from regraft.data import cluster_units
from regraft.experiments import folds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Calibration
    from regraft.core import Rows
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.grafting.train_options import TuningOptions
    from regraft.heads import PredictionSets


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Scores of images, each from a network that was trained on others of its class and not on it.

    Attributes:
        source: What the images are.
        rows: (m,) which they are.
        scores: (m, k) float32.
    """

    source: Calibration
    rows: Rows
    scores: NDArray[np.float32]

    @classmethod
    def of(
        cls, source: Calibration, sides: Sequence[Sides], scores: Sequence[NDArray[np.float32]], labels: Rows
    ) -> Self:
        """From one training, or several on folds.

        Args:
            source: What the images are.
            sides: What each was trained on, and what was held out.
            scores: (m, k) of each one's images that were held out.
            labels: (n,) of all images of the data set.
        """
        is_learnt = np.concatenate([np.isin(labels[one.validation], labels[one.train]) for one in sides])
        rows = np.concatenate([one.validation for one in sides])
        return cls(source, rows[is_learnt], np.concatenate(scores)[is_learnt])


@dataclass(frozen=True)
class Confidence:
    """What makes a trained head's scores probabilities, and names the classes that are possible.

    Attributes:
        temperature: To divide the scores by.
        sets: Names the classes; None where no two objects were held out to learn it from.
        reason: What the temperature does, in a sentence.
    """

    temperature: float = 1.0
    sets: PredictionSets | None = None
    reason: str = "Probabilities are not calibrated, and no sets of classes named: no images were held out for that."

    @classmethod
    def learnt(cls, held: HeldOut | None, data: DatasetFeatures, options: TuningOptions) -> Self:
        """From images that were held out.

        Args:
            held: What was said of them; None where there are none.
            data: The data set.
            options: `coverage`, and how folds of these images are made, which say whether a temperature helps.
        """
        from regraft.heads import calibrate, find_sets, softmax

        if held is None:
            return cls()
        images = data.select(held.rows)
        units = cluster_units(images.digests, images.manifest.groups)
        if len(np.unique(units)) < 2:
            return cls()  # what images of one object say of each other says nothing of a new one
        labels = images.manifest.labels
        folds = folds_of(labels, images.digests, images.manifest.groups, options)
        found = calibrate(held.scores, labels, folds)
        probabilities = softmax(held.scores.astype(np.float64) / found.temperature)
        sets = find_sets(probabilities, labels, units, coverage=options.coverage)
        return cls(found.temperature, sets, found.reason)
