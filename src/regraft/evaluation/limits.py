"""What a classifier says of its own limits, on test images: what it rejects, and which classes it thinks possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import Value
from regraft.evaluation.bootstrap import sampling_units
from regraft.evaluation.intervals import Estimate, estimate_share
from regraft.evaluation.rejection import RejectionPoint, trace_rejection
from regraft.evaluation.strangers import StrangerMeasures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.evaluation.bootstrap import SamplingUnits
    from regraft.evaluation.predictions import Predictions
    from regraft.heads import PredictionSets, RateThreshold

_N_STRANGEST = 12
_CONFIDENCE = 0.95


class StrangeImage(Value):
    """A test image of a known class that is called unknown."""

    path: str
    truth: str
    predicted: str
    score: float


class Limits(Value):
    """What a classifier says of its limits, measured.

    Attributes:
        measure: Of strangeness.
        reject_rate: Share of images of known classes that may be called unknown.
        rejected: Share of the test images that were.
        rejected_band: Where that share should lie, 95 times of 100.
        coverage: How often a set is to hold the true class; None where the classifier names no sets, as the next three.
        covered: How often the test images' sets did.
        covered_band: Where that share should lie, 95 times of 100.
        mean_size: Classes in a set.
        curve: What becomes of answers and strangers where the line is drawn elsewhere.
        strangest: The test images that are called unknown, the strangest first; at most 12.
        reason: Why that measure; empty where it is not known.
        strangers: How well images of none of the classes are told; None where there are none.
        strangers_place: Where these lie.
    """

    measure: str
    reject_rate: float
    rejected: Estimate
    rejected_band: tuple[float, float]
    strangest: tuple[StrangeImage, ...]
    coverage: float | None = None
    covered: Estimate | None = None
    covered_band: tuple[float, float] | None = None
    mean_size: float | None = None
    curve: tuple[RejectionPoint, ...] = ()
    reason: str = ""
    strangers: StrangerMeasures | None = None
    strangers_place: str = ""


def measure_limits(
    predictions: Predictions,
    novelty: NDArray[np.float64],
    named: NDArray[np.bool_] | None,
    *,
    measure: str,
    threshold: RateThreshold,
    sets: PredictionSets | None,
    strange: NDArray[np.float64] | None = None,
) -> Limits:
    """Measure what a classifier says of test images, beside what it promised.

    Args:
        predictions: n images with known truths.
        novelty: (n,) how strange they look.
        named: (n, k) which classes each may be of; None where that is not said.
        measure: Of strangeness, by name.
        threshold: Above which an image is unknown.
        sets: What named the classes.
        strange: (m,) how strange images of none of the classes look.
    """
    units = sampling_units(len(predictions), predictions.groups)
    is_unknown = novelty > threshold.value
    strangest = np.argsort(-novelty, kind="stable")[: min(_N_STRANGEST, int(is_unknown.sum()))]
    names = predictions.class_names
    return Limits(
        measure=measure,
        reject_rate=threshold.rate,
        rejected=estimate_share(is_unknown, units, _CONFIDENCE),
        rejected_band=threshold.band(units.unit_of_image),
        strangest=tuple(
            StrangeImage(
                path=predictions.paths[row],
                truth=names[predictions.labels[row]],
                predicted=names[int(predictions.probabilities[row].argmax())],
                score=float(novelty[row]),
            )
            for row in strangest
        ),
        curve=trace_rejection(novelty, predictions.right, strange),
        **({} if named is None or sets is None else _told_of_sets(predictions, named, sets, units)),
    )


def _told_of_sets(
    predictions: Predictions, named: NDArray[np.bool_], sets: PredictionSets, units: SamplingUnits
) -> dict[str, Any]:
    return {
        "coverage": sets.coverage,
        "covered": estimate_share(named[np.arange(len(named)), predictions.labels], units, _CONFIDENCE),
        "covered_band": sets.coverage_band(units.unit_of_image),
        "mean_size": float(named.sum(axis=1).mean()),
    }
