"""How well each class was recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.evaluation.bootstrap import sampling_units, units_by_class
from regraft.evaluation.class_counts import count_classes, f1, precision, recall
from regraft.evaluation.intervals import Estimate, wilson_estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions


class ClassResult(Value):
    """How well one class was recognised; None where that has no meaning.

    `recall` has a Wilson interval on the class's images, or on its groups where images are not independent: as if each
    group were one image, which is on the safe side.
    """

    name: str
    n: int
    n_predicted: int
    n_right: int
    recall: Estimate | None
    precision: float | None
    f1: float | None


def class_results(predictions: Predictions, confidence: float) -> tuple[ClassResult, ...]:
    """One result for each class, in the order of the class names.

    Args:
        predictions: n images, all with a known truth.
        confidence: How often an interval should hold the true recall.
    """
    counts = count_classes(predictions.labels, predictions.predicted, predictions.n_classes)
    units = sampling_units(len(predictions), predictions.groups)
    n_units = units_by_class(predictions.labels, units, predictions.n_classes)
    rows = zip(
        predictions.class_names,
        counts.n_true[:, 0].astype(int).tolist(),
        n_units.tolist(),
        counts.n_predicted[:, 0].astype(int).tolist(),
        counts.n_right[:, 0].astype(int).tolist(),
        _known(recall(counts)),
        _known(precision(counts)),
        _known(f1(counts)),
        strict=True,
    )
    return tuple(
        ClassResult(
            name=name,
            n=n,
            n_predicted=n_predicted,
            n_right=n_right,
            recall=None
            if share is None
            else wilson_estimate(share, n, n_independent, confidence, grouped=units.grouped),
            precision=class_precision,
            f1=class_f1,
        )
        for name, n, n_independent, n_predicted, n_right, share, class_precision, class_f1 in rows
    )


def _known(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values[:, 0]]
