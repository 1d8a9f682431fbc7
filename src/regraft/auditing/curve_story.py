"""A learning curve in words and numbers: what was measured, what more images would bring, and to which class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.curve_forecast import FARTHEST, Forecast, forecast
from regraft.core import PrintableText, Value, plural, quoted, signed_points
from regraft.evaluation import Estimate, wilson_estimate

if TYPE_CHECKING:
    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.learning_curve import MeasuredCurve

_ROUND = (1000, 500, 200, 100, 50, 20, 10, 5)
"""Images a class that people would take at once, the most first."""
_N_UNITS_MIN = 20
_CONFIDENCE = 0.95
_NEARLY = 0.9


class CurvePoint(Value):
    """Accuracy with so many training images a class, on average."""

    n_each: float
    accuracy: Estimate


class ClassGain(Value):
    """What twice as many images of all classes would bring to one of them.

    Attributes:
        name: The class.
        n_images: Its images.
        recall: The part of them that is recognised now.
        gain: What is expected on top.
        low: The lower end of its 90 % interval.
        high: The upper end.
    """

    name: PrintableText
    n_images: int
    recall: float
    gain: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance."""
        return self.low > 0


class LearningCurve(Value):
    """Accuracy against the number of training images.

    Attributes:
        points: What was measured, by cross-validation; the last is with all images that a fold leaves.
        n_more: Images a class that `next` speaks of.
        next: What these would bring.
        doubled: What twice as many would bring: no curve is carried farther.
        classes: The classes, who gains most first; those of fewer than 20 independent images are left out.
        left_out: These.
        n_repeats: How often each point was measured.
    """

    points: tuple[CurvePoint, ...]
    n_more: int
    next: Forecast
    doubled: Forecast
    classes: tuple[ClassGain, ...]
    left_out: tuple[PrintableText, ...] = ()
    n_repeats: int

    @property
    def forecasts(self) -> tuple[Forecast, ...]:
        """Those that are worth a row each: what is next is left out where it is nearly twice as many."""
        is_near = self.next.factor > _NEARLY * self.doubled.factor
        return (self.doubled,) if is_near else (self.next, self.doubled)

    @property
    def omission(self) -> str:
        """Of which classes nothing is said by themselves, and why; empty where there are none."""
        if not self.left_out:
            return ""
        n = len(self.left_out)
        verb = "has" if n == 1 else "have"
        return (
            f"{plural(n, 'class', 'classes')} of {n + len(self.classes):,} {verb} fewer than {_N_UNITS_MIN} "
            f"independent images, and what more would bring is not told (first: {quoted(self.left_out[0])})."
        )

    @property
    def sentence(self) -> str:
        """What more images are worth."""
        worth = self.next
        more = f"Another {plural(self.n_more, 'image')} a class"
        span = (
            f"{signed_points(worth.gain)} points ({signed_points(worth.gain_low)} to {signed_points(worth.gain_high)})"
        )
        if worth.gain_low <= 0:
            return f"{more} may change nothing: {span}."
        clear = [one for one in self.classes if one.is_clear]
        best = f" {quoted(clear[0].name)} would gain most." if clear else ""
        return f"{more} {'is' if self.n_more == 1 else 'are'} worth about {span}.{best}"


def tell_curve(images: AuditedImages, measured: MeasuredCurve, *, n_repeats: int, seed: int = 0) -> LearningCurve:
    """Put a measured curve into words and numbers.

    Args:
        images: What it was measured on.
        measured: The curve.
        n_repeats: How often each point was measured.
        seed: Of the resampling.
    """
    n_classes = len(np.unique(images.labels))
    n_now = float(measured.sizes[-1]) / n_classes
    n_more = next((n for n in _ROUND if n <= (FARTHEST - 1) * n_now), 1)
    n_units = len(np.unique(measured.units))
    is_small = (images.units_by_class > 0) & (images.units_by_class < _N_UNITS_MIN)
    points = tuple(
        CurvePoint(
            n_each=float(size) / n_classes,
            accuracy=wilson_estimate(float(share), len(images), n_units, _CONFIDENCE, grouped=n_units < len(images)),
        )
        for size, share in zip(measured.sizes, measured.accuracies, strict=True)
    )
    return LearningCurve(
        points=points,
        n_more=n_more,
        next=forecast(measured, min(FARTHEST, 1 + n_more / n_now), seed=seed),
        doubled=forecast(measured, FARTHEST, seed=seed),
        classes=_class_gains(images, measured, seed),
        left_out=tuple(images.class_names[label] for label in np.flatnonzero(is_small)),
        n_repeats=n_repeats,
    )


def _class_gains(images: AuditedImages, measured: MeasuredCurve, seed: int) -> tuple[ClassGain, ...]:
    found = []
    for label in np.unique(images.labels).tolist():
        rows = np.flatnonzero(images.labels == label)
        if len(np.unique(measured.units[rows])) < _N_UNITS_MIN:
            continue
        part = measured.select(rows)
        told = forecast(part, FARTHEST, seed=seed)
        found.append(
            ClassGain(
                name=images.class_names[label],
                n_images=len(rows),
                recall=float(part.accuracies[-1]),
                gain=told.gain,
                low=told.gain_low,
                high=told.gain_high,
            )
        )
    return tuple(sorted(found, key=lambda one: -one.gain))
