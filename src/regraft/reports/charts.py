"""Where the marks of the page's charts lie, in the units of their SVG drawings; the templates draw them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.axes import (
    HEIGHT,
    WIDTH,
    Tick,
    clipped,
    decades,
    padded,
    percent_label,
    point_list,
    scaled,
    share_ticks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.evaluation import ReliabilityBin
    from regraft.reports.report import RegularisationPath, StrengthCurve

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 24, 14, 40


@dataclass(frozen=True)
class Curve:
    """A line with a band around it, as SVG point lists."""

    name: str
    line: str
    band: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PathChart:
    """Scores along the regularisation strengths; the plot's box is left, top, right, bottom."""

    box: tuple[float, float, float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[Curve, ...]
    chosen: tuple[float, float] | None
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
    """Accuracy against confidence over a histogram of the images; boxes are left, top, right, bottom."""

    box: tuple[float, float, float, float]
    histogram: tuple[float, float, float, float]
    ticks: tuple[tuple[float, float, str], ...]
    bars: tuple[BinBar, ...]


def chart_path(path: RegularisationPath) -> PathChart | None:
    """Geometry of the regularisation chart; None where there is nothing to draw."""
    strengths = [strength for curve in path.curves for strength in curve.strengths if strength > 0]
    if not strengths:
        return None
    lows = [mean - std for curve in path.curves for mean, std in zip(curve.means, curve.stds, strict=True)]
    highs = [mean + std for curve in path.curves for mean, std in zip(curve.means, curve.stds, strict=True)]
    box = (_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM)
    y_ticks = share_ticks(min(lows), max(highs))
    x_low, x_high = padded(math.log10(min(strengths)), math.log10(max(strengths)))

    def x(strength: float) -> float:
        return scaled(math.log10(strength), x_low, x_high, box[0], box[2])

    def y(score: float) -> float:
        return scaled(score, y_ticks[0], y_ticks[-1], box[3], box[1])

    chosen = _chosen_point(path)
    return PathChart(
        box=box,
        x_ticks=tuple(Tick(x(10.0**power), f"{10.0**power:g}") for power in decades(x_low, x_high)),
        y_ticks=tuple(Tick(y(score), percent_label(score)) for score in y_ticks),
        curves=tuple(_curve(curve, x, y) for curve in path.curves),
        chosen=None if chosen is None else (x(chosen[0]), y(chosen[1])),
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


def _curve(curve: StrengthCurve, x: Callable[[float], float], y: Callable[[float], float]) -> Curve:
    rows = sorted(row for row in zip(curve.strengths, curve.means, curve.stds, strict=True) if row[0] > 0)
    points = tuple((x(strength), y(mean)) for strength, mean, _std in rows)
    upper = [(x(strength), y(clipped(mean + std))) for strength, mean, std in rows]
    lower = [(x(strength), y(clipped(mean - std))) for strength, mean, std in reversed(rows)]
    return Curve(curve.normalisation, point_list(points), point_list(upper + lower), points)


def chart_reliability(bins: Sequence[ReliabilityBin]) -> ReliabilityChart:
    """Geometry of the reliability diagram and of the histogram below it."""
    box = (_LEFT, _TOP, _LEFT + 300, _TOP + 300)
    histogram = (box[0], box[3] + 8, box[2], box[3] + 58)
    n_largest = max((found.n for found in bins), default=0)
    bars = []
    for found in bins:
        if found.accuracy is None or found.confidence is None:
            continue
        left, right = (scaled(edge, 0, 1, box[0], box[2]) for edge in (found.low, found.high))
        tops = [scaled(share, 0, 1, box[3], box[1]) for share in (found.accuracy, found.confidence)]
        height = (histogram[3] - histogram[1]) * found.n / n_largest
        bars.append(BinBar(left + 1, right - left - 2, tops[0], tops[1], height, found))
    ticks = tuple(
        (scaled(share, 0, 1, box[0], box[2]), scaled(share, 0, 1, box[3], box[1]), f"{share * 100:.0f}")
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return ReliabilityChart(box, histogram, ticks, tuple(bars))
