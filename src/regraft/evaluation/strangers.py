"""How well images of none of the classes are told from the others."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import Value
from regraft.evaluation.bootstrap import sampling_units
from regraft.evaluation.intervals import Estimate, estimate_share, wilson_interval
from regraft.heads import separability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.evaluation.bootstrap import SamplingUnits


class StrangerMeasures(Value):
    """What a detector says of images of known classes and of strangers.

    Attributes:
        auroc: How often a stranger looks stranger than a known image.
        rejected: Share of the known images that are called unknown, wrongly.
        found: Share of the strangers that are called unknown, rightly.
    """

    auroc: Estimate
    rejected: Estimate
    found: Estimate


def measure_strangers(
    known: NDArray[np.floating],
    strange: NDArray[np.floating],
    threshold: float,
    *,
    known_groups: Sequence[str | None] | None = None,
    strange_groups: Sequence[str | None] | None = None,
    confidence: float = 0.95,
) -> StrangerMeasures:
    """Measure a detector on images that it was not fitted on.

    Args:
        known: (n,) novelty of images of known classes, n >= 1.
        strange: (m,) novelty of images of none of them, m >= 1.
        threshold: Above which an image is unknown.
        known_groups: n names of the object that an image shows; None where images are independent.
        strange_groups: m such names.
        confidence: How often an interval should hold the true number.
    """
    units, others = sampling_units(len(known), known_groups), sampling_units(len(strange), strange_groups)
    return StrangerMeasures(
        auroc=_auroc(known, strange, units, others, confidence),
        rejected=estimate_share(known > threshold, units, confidence),
        found=estimate_share(strange > threshold, others, confidence),
    )


def _auroc(
    known: NDArray[np.floating],
    strange: NDArray[np.floating],
    units: SamplingUnits,
    others: SamplingUnits,
    confidence: float,
) -> Estimate:
    """With the interval of DeLong, DeLong and Clarke-Pearson 1988; over groups, of Obuchowski 1997."""
    value = separability(known, strange)
    grouped = units.grouped or others.grouped
    variance = _variance(_places(known, strange), units) + _variance(1 - _places(strange, known), others)
    n_independent = min(units.n_units, others.n_units)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt(variance)
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    if not variance:  # all in the right order, or all equal
        low, high = wilson_interval(value, n_independent, confidence)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=units.n_images + others.n_images,
        n_groups=units.n_units + others.n_units if grouped else None,
        method="DeLong over groups" if grouped else "DeLong over images",
    )


def _places(values: NDArray[np.floating], among: NDArray[np.floating]) -> NDArray[np.float64]:
    """The share of the others that each value lies below; equal ones count half."""
    ordered = np.sort(among)
    above = np.searchsorted(ordered, values, side="left") + np.searchsorted(ordered, values, side="right")
    return np.asarray(1 - above / (2 * len(ordered)))


def _variance(places: NDArray[np.float64], units: SamplingUnits) -> float:
    """Of the mean, between units."""
    if units.n_units < 2:
        return 0.0
    sums = np.bincount(units.unit_of_image, weights=places - places.mean())
    return float((sums**2).sum() / len(places) ** 2 * units.n_units / (units.n_units - 1))
