"""Where the marks of the page's charts lie, in the units of their SVG drawings; the templates draw them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regraft.reports.axes import (
    Box,
    Plot,
    Point,
    clipped,
    decades,
    inner_ticks,
    linear_axis,
    logarithmic_axis,
    padded,
    percent_label,
    plot_box,
    point_list,
    share_axis,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Limits, RejectionPoint, ReliabilityBin
    from regraft.reports.report import RegularisationPath, StrengthCurve

_N_POINTS_MIN = 3
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Curve:
    """A line with a band around it, as SVG point lists."""

    name: str
    line: str
    band: str


@dataclass(frozen=True)
class PathChart:
    """Scores along the regularisation strengths."""

    plot: Plot
    curves: tuple[Curve, ...]
    chosen: Point | None
    chosen_score: float | None


@dataclass(frozen=True)
class BinBar:
    """One bin of the reliability diagram: its bar, the gap to what the confidence promised, and its images."""

    x: float
    width: float
    y_accuracy: float
    y_confidence: float
    height_of_n: float
    bin: ReliabilityBin


@dataclass(frozen=True)
class ReliabilityChart:
    """Accuracy against confidence over a histogram of the images."""

    plot: Plot
    histogram: Box
    bars: tuple[BinBar, ...]


@dataclass(frozen=True)
class RejectionChart:
    """What becomes of answers and strangers, against the share of known images that is rejected."""

    plot: Plot
    kept: str
    found: str
    line: float


def chart_path(path: RegularisationPath) -> PathChart | None:
    """Geometry of the regularisation chart; None where there is nothing to draw."""
    strengths = [strength for curve in path.curves for strength in curve.strengths if strength > 0]
    if not strengths:
        return None
    lows = [mean - std for curve in path.curves for mean, std in zip(curve.means, curve.stds, strict=True)]
    highs = [mean + std for curve in path.curves for mean, std in zip(curve.means, curve.stds, strict=True)]
    low, high = padded(math.log10(min(strengths)), math.log10(max(strengths)))
    ends = (10.0**low, 10.0**high)
    box = plot_box()
    plot = Plot(
        box=box,
        x=logarithmic_axis(ends, box.across, decades(*ends), "{:g}".format),
        y=share_axis(min(lows), max(highs), box.upwards),
    )
    chosen = _chosen_point(path)
    return PathChart(
        plot=plot,
        curves=tuple(_curve(curve, plot) for curve in path.curves),
        chosen=None if chosen is None else plot.point(*chosen),
        chosen_score=None if chosen is None else chosen[1],
    )


def _chosen_point(path: RegularisationPath) -> tuple[float, float] | None:
    """Strength and score of the chosen point: the nearest on the chosen curve."""
    curves = [curve for curve in path.curves if curve.normalisation == path.chosen_normalisation]
    if not curves or path.chosen_strength <= 0:
        return None
    wanted = math.log(path.chosen_strength)
    points = zip(curves[0].strengths, curves[0].means, strict=True)
    return min((point for point in points if point[0] > 0), key=lambda point: abs(math.log(point[0]) - wanted))


def _curve(curve: StrengthCurve, plot: Plot) -> Curve:
    rows = sorted(row for row in zip(curve.strengths, curve.means, curve.stds, strict=True) if row[0] > 0)
    points = [plot.point(strength, mean) for strength, mean, _std in rows]
    upper = [plot.point(strength, clipped(mean + std)) for strength, mean, std in rows]
    lower = [plot.point(strength, clipped(mean - std)) for strength, mean, std in reversed(rows)]
    return Curve(curve.normalisation, point_list(points), point_list(upper + lower))


def chart_rejection(limits: Limits) -> RejectionChart | None:
    """Geometry of the accuracy-rejection curve; None where all images look equally strange."""
    points = limits.curve
    shares = [share for point in points for share in (point.accuracy, point.found) if share is not None]
    if len(points) < _N_POINTS_MIN or not shares:
        return None
    box = plot_box()
    rejected = clipped(max(limits.rejected.value, points[-1].rejected))
    plot = Plot(
        box=box,
        x=linear_axis((0, rejected), box.across, inner_ticks(0, rejected), percent_label),
        y=share_axis(min(shares), 1, box.upwards),
    )
    return RejectionChart(
        plot=plot,
        kept=_line(plot, points, "accuracy"),
        found=_line(plot, points, "found"),
        line=plot.x.place(limits.rejected.value),
    )


def _line(plot: Plot, points: Sequence[RejectionPoint], what: Literal["accuracy", "found"]) -> str:
    shares = ((point.rejected, getattr(point, what)) for point in points)
    return point_list(plot.point(rejected, share) for rejected, share in shares if share is not None)


def chart_reliability(bins: Sequence[ReliabilityBin]) -> ReliabilityChart:
    """Geometry of the reliability diagram and of the histogram below it."""
    corner = plot_box()
    box = Box(corner.left, corner.top, corner.left + 300, corner.top + 300)
    histogram = Box(box.left, box.bottom + 8, box.right, box.bottom + 58)
    x, y = (linear_axis((0, 1), places, _QUARTERS, percent_label) for places in (box.across, box.upwards))
    n_largest = max((found.n for found in bins), default=0)
    bars = []
    for found in bins:
        if found.accuracy is None or found.confidence is None:
            continue
        left, right = x.place(found.low), x.place(found.high)
        height = (histogram.bottom - histogram.top) * found.n / n_largest
        bars.append(
            BinBar(left + 1, right - left - 2, y.place(found.accuracy), y.place(found.confidence), height, found)
        )
    return ReliabilityChart(Plot(box, x, y), histogram, tuple(bars))
