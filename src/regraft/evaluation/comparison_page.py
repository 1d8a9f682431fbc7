"""The page of a comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from regraft.evaluation.charts import HEIGHT, WIDTH, Tick, nice_ticks, point_list, scaled
from regraft.evaluation.page import environment

if TYPE_CHECKING:
    from regraft.evaluation.ranking import Candidate, Comparison

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 18, 40
_SHIFT = 14.0
_ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Mark:
    """A candidate in the chart: its point, its interval, and on which side (-1 left, 1 right) its number stands."""

    number: int
    candidate: Candidate
    x: float
    y: float
    y_low: float | None
    y_high: float | None
    label_side: int


@dataclass(frozen=True)
class FrontChart:
    """Accuracy against time for one image, and the line through those that no other one beats."""

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
    box = (_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM)
    times = [max(one.costs.milliseconds, 1e-3) for one in comparison.candidates]
    x_low, x_high = math.log10(min(times) / 1.5), math.log10(max(times) * 1.5)
    accuracies = [one.accuracy for one in comparison.candidates]
    lows = [found.value if found.low is None else found.low for found in accuracies]
    highs = [found.value if found.high is None else found.high for found in accuracies]
    y_ticks = nice_ticks(min(lows), max(highs))

    def x(milliseconds: float) -> float:
        return scaled(math.log10(max(milliseconds, 1e-3)), x_low, x_high, box[0], box[2])

    def y(accuracy: float) -> float:
        return scaled(accuracy, y_ticks[0], y_ticks[-1], box[3], box[1])

    def mark(number: int, one: Candidate) -> Mark:
        n_twins = _n_better_twins(number, comparison.candidates)
        low, high = one.accuracy.low, one.accuracy.high
        return Mark(
            number=number,
            candidate=one,
            x=x(one.costs.milliseconds) + _SHIFT * n_twins,
            y=y(one.accuracy.value),
            y_low=None if low is None else y(low),
            y_high=None if high is None else y(high),
            label_side=1 if n_twins else -1,
        )

    marks = tuple(mark(number, one) for number, one in enumerate(comparison.candidates, start=1))
    on_front = sorted((one for one in marks if one.candidate.on_front), key=lambda one: one.x)
    return FrontChart(
        box=box,
        x_ticks=tuple(Tick(x(value), f"{value:g}") for value in _round_times(10**x_low, 10**x_high)),
        y_ticks=tuple(Tick(y(value), f"{value * 100:.3g}") for value in y_ticks),
        marks=marks,
        front=point_list((one.x, one.y) for one in on_front),
    )


def _n_better_twins(number: int, candidates: tuple[Candidate, ...]) -> int:
    """How many better ones take the same time, as heads on one network do: they are drawn beside each other."""
    own = candidates[number - 1].costs.milliseconds
    return sum(other.costs.milliseconds == own for other in candidates[: number - 1])


def _round_times(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from low to high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [factor * 10.0**power for power in powers for factor in _ROUND if low <= factor * 10.0**power <= high]
