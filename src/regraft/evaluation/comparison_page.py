"""The page of a comparison, and its two files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from regraft.core import atomic_path
from regraft.evaluation.charts import HEIGHT, WIDTH, Tick, nice_ticks
from regraft.evaluation.page import environment

if TYPE_CHECKING:
    from pathlib import Path

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


def write_comparison(comparison: Comparison, folder: Path) -> tuple[Path, Path]:
    """Write `comparison.json` and `report.html`, each whole or not at all; returns their paths.

    Raises:
        OSError: A file cannot be written.
    """
    json_path, html_path = folder / "comparison.json", folder / "report.html"
    texts = {json_path: comparison.model_dump_json(indent=1), html_path: render_comparison(comparison)}
    for path, text in texts.items():
        with atomic_path(path) as aside:
            aside.write_text(text, encoding="utf-8", newline="\n")
    return json_path, html_path


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
        share = (math.log10(max(milliseconds, 1e-3)) - x_low) / (x_high - x_low)
        return round(box[0] + share * (box[2] - box[0]), 2)

    def y(accuracy: float) -> float:
        return round(box[3] + (accuracy - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * (box[1] - box[3]), 2)

    marks = tuple(
        Mark(
            number=number,
            candidate=one,
            x=x(one.costs.milliseconds) + _SHIFT * _n_better_twins(number, comparison.candidates),
            y=y(one.accuracy.value),
            y_low=None if one.accuracy.low is None else y(one.accuracy.low),
            y_high=None if one.accuracy.high is None else y(one.accuracy.high),
            label_side=1 if _n_better_twins(number, comparison.candidates) else -1,
        )
        for number, one in enumerate(comparison.candidates, start=1)
    )
    on_front = sorted((mark for mark in marks if mark.candidate.on_front), key=lambda mark: mark.x)
    return FrontChart(
        box=box,
        x_ticks=tuple(Tick(x(value), f"{value:g}") for value in _round_times(10**x_low, 10**x_high)),
        y_ticks=tuple(Tick(y(value), f"{value * 100:.3g}") for value in y_ticks),
        marks=marks,
        front=" ".join(f"{mark.x},{mark.y}" for mark in on_front),
    )


def _n_better_twins(number: int, candidates: tuple[Candidate, ...]) -> int:
    """How many better ones take the same time, as heads on one network do: they are drawn beside each other."""
    own = candidates[number - 1].costs.milliseconds
    return sum(other.costs.milliseconds == own for other in candidates[: number - 1])


def _round_times(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten from low to high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [factor * 10.0**power for power in powers for factor in _ROUND if low <= factor * 10.0**power <= high]
