"""The page of a comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from regraft.reports.axes import Plot, Point, decades, logarithmic_axis, plot_box, point_list, share_axis
from regraft.reports.labels import place_labels
from regraft.reports.page import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Candidate
    from regraft.reports.comparison import Comparison
    from regraft.reports.labels import Label

_SHIFT = 13.0


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

    plot: Plot
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
    times = [max(one.costs.milliseconds, 1e-3) for one in candidates]
    ends = (min(times) / 1.5, max(times) * 1.5)
    spans = [one.accuracy.ends for one in candidates]
    round_times = (time for ten in decades(ends[0] / 10, ends[1]) for time in (ten, 2 * ten, 5 * ten))
    ticks = [time for time in round_times if ends[0] <= time <= ends[1]]
    box = plot_box(top=40)
    plot = Plot(
        box=box,
        x=logarithmic_axis(ends, box.across, ticks, "{:g}".format),
        y=share_axis(min(low for low, _high in spans), max(high for _low, high in spans), box.upwards),
    )
    points = [plot.point(time, one.accuracy.value) for time, one in zip(times, candidates, strict=True)]
    drawn = _spread(points)
    labels = place_labels(drawn, [str(number) for number in range(1, len(drawn) + 1)], box)
    return FrontChart(
        plot=plot,
        marks=tuple(
            Mark(
                candidate=one,
                x=place[0],
                y=place[1],
                y_low=None if one.accuracy.low is None else plot.y.place(low),
                y_high=None if one.accuracy.high is None else plot.y.place(high),
                label=label,
            )
            for one, place, (low, high), label in zip(candidates, drawn, spans, labels, strict=True)
        ),
        front=point_list(_stairs({point for point, one in zip(points, candidates, strict=True) if one.on_front})),
    )


def _spread(points: Sequence[Point]) -> list[Point]:
    """Points of the same time beside each other, around their place, so that their intervals can be seen."""
    twins: dict[float, int] = {}
    n_alike = Counter(x for x, _y in points)
    drawn = []
    for x, y in points:
        place = twins.get(x, 0)
        twins[x] = place + 1
        drawn.append((round(x + _SHIFT * (place - (n_alike[x] - 1) / 2), 2), y))
    return drawn


def _stairs(points: set[Point]) -> list[Point]:
    """The front from the fastest to the most accurate: to the right, then up."""
    stairs: list[Point] = []
    for x, y in sorted(points):
        if stairs:
            stairs.append((x, stairs[-1][1]))
        stairs.append((x, y))
    return stairs
