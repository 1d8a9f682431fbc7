"""The page of a comparison."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from regraft.reports.axes import HEIGHT, WIDTH, Tick, percent_label, point_list, scaled, share_ticks
from regraft.reports.labels import place_labels
from regraft.reports.page import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Candidate, Comparison
    from regraft.reports.labels import Label

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 24, 40, 40
_SHIFT = 13.0
_ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Mark:
    """A candidate in the chart: its point, its interval, and its number in the table."""

    candidate: Candidate
    x: float
    y: float
    y_low: float | None
    y_high: float | None
    label: Label


@dataclass(frozen=True)
class FrontChart:
    """Accuracy against time for one image, and the stairs along those that no other one beats."""

    box: tuple[float, float, float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    front: str


def render_comparison(comparison: Comparison) -> str:
    """The page of a comparison as HTML; it links to the candidates' own reports beside it."""
    context = {
        "comparison": comparison,
        "links": {one.name: f"{quote(one.folder)}/report.html" for one in comparison.candidates if one.folder},
        "chart": chart_front(comparison),
    }
    return environment().get_template("comparison.html.j2").render(context)


def chart_front(comparison: Comparison) -> FrontChart:
    """Geometry of the chart: time on a logarithmic axis to the right, accuracy upwards."""
    candidates = comparison.candidates
    box = (_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM)
    times = [max(one.costs.milliseconds, 1e-3) for one in candidates]
    x_low, x_high = math.log10(min(times) / 1.5), math.log10(max(times) * 1.5)
    spans = [_span(one) for one in candidates]
    y_ticks = share_ticks(min(low for low, _high in spans), max(high for _low, high in spans))

    def x(milliseconds: float) -> float:
        return scaled(math.log10(milliseconds), x_low, x_high, box[0], box[2])

    def y(accuracy: float) -> float:
        return scaled(accuracy, y_ticks[0], y_ticks[-1], box[3], box[1])

    points = [(x(time), y(one.accuracy.value)) for time, one in zip(times, candidates, strict=True)]
    drawn = _spread(points)
    labels = place_labels(drawn, [str(number) for number in range(1, len(drawn) + 1)], box)
    return FrontChart(
        box=box,
        x_ticks=tuple(Tick(x(value), f"{value:g}") for value in _round_times(10**x_low, 10**x_high)),
        y_ticks=tuple(Tick(y(value), percent_label(value)) for value in y_ticks),
        marks=tuple(
            Mark(
                candidate=one,
                x=place[0],
                y=place[1],
                y_low=None if one.accuracy.low is None else y(low),
                y_high=None if one.accuracy.high is None else y(high),
                label=label,
            )
            for one, place, (low, high), label in zip(candidates, drawn, spans, labels, strict=True)
        ),
        front=point_list(_stairs({point for point, one in zip(points, candidates, strict=True) if one.on_front})),
    )


def _span(one: Candidate) -> tuple[float, float]:
    """The interval of the accuracy, or the accuracy twice."""
    found = one.accuracy
    return (found.value if found.low is None else found.low, found.value if found.high is None else found.high)


def _spread(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points of the same time beside each other, around their place, so that their intervals can be seen."""
    twins: dict[float, int] = {}
    n_alike = Counter(x for x, _y in points)
    drawn = []
    for x, y in points:
        place = twins.get(x, 0)
        twins[x] = place + 1
        drawn.append((round(x + _SHIFT * (place - (n_alike[x] - 1) / 2), 2), y))
    return drawn


def _stairs(points: set[tuple[float, float]]) -> list[tuple[float, float]]:
    """The front from the fastest to the most accurate: to the right, then up."""
    stairs: list[tuple[float, float]] = []
    for x, y in sorted(points):
        if stairs:
            stairs.append((x, stairs[-1][1]))
        stairs.append((x, y))
    return stairs


def _round_times(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from low to high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [factor * 10.0**power for power in powers for factor in _ROUND if low <= factor * 10.0**power <= high]
