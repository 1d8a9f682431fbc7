"""Where the marks of a training's charts lie; the templates draw them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from regraft.reports.axes import (
    Plot,
    Point,
    Tick,
    clipped,
    enclosing_axis,
    inner_ticks,
    linear_axis,
    percent_label,
    plot_box,
    point_list,
    share_axis,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from regraft.reports.axes import Axis
    from regraft.reports.training_story import RateSchedule, Rung, TrainingCurve

_BOX = plot_box(left=54)
_LADDER = (5.0, 95.0)
_N_X_TICKS = 6


@dataclass(frozen=True)
class Line:
    """A measured series: its unbroken pieces as SVG point lists, and points that have no neighbour.

    `place` is that of the series among its kind, so that a series has the same colour where another one is missing.
    """

    name: str
    place: int
    pieces: tuple[str, ...]
    lonely: tuple[Point, ...]


@dataclass(frozen=True)
class LineChart:
    """Series along epochs or steps.

    `best_x` is the place of the epoch that was kept, `best` that of the last series there.
    """

    plot: Plot
    lines: tuple[Line, ...]
    best_x: float | None
    best: Point | None


@dataclass(frozen=True)
class RungMark:
    """A rung, and where its accuracy and the spread of it lie, in per cent of the chart's width."""

    rung: Rung
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class LadderChart:
    """Accuracies of the rungs beside each other on one axis; there are no ticks where none was measured."""

    ticks: tuple[Tick, ...]
    marks: tuple[RungMark, ...]


def chart_losses(curve: TrainingCurve) -> LineChart | None:
    """Geometry of the losses of a training; None where none was measured."""
    series = {"training": curve.train_loss, "validation": curve.validation_loss}
    return _chart(curve.epochs, series, partial(_axis, label="{:.4g}".format), best_at=curve.best_epoch)


def chart_accuracies(curve: TrainingCurve) -> LineChart | None:
    """Geometry of the accuracies of a training; None where none was measured."""
    series = {"training": curve.train_accuracy, "validation": curve.validation_accuracy}
    return _chart(curve.epochs, series, partial(share_axis, places=_BOX.upwards), best_at=curve.best_epoch)


def chart_schedule(schedule: RateSchedule) -> LineChart | None:
    """Geometry of the learning-rate schedule, in per cent of each group's rate; None where it has no steps."""
    y = partial(_axis, label=percent_label, least=0.0)
    return _chart(schedule.steps, {"rate": schedule.factors}, y)


def chart_ladder(rungs: Sequence[Rung]) -> LadderChart:
    """Geometry of the rungs' accuracies: one standard deviation to both sides, cut where no accuracy can lie."""
    spans = [_span(rung) for rung in rungs]
    ends = [end for span in spans if span for end in span]
    if not ends:
        return LadderChart((), tuple(RungMark(rung, None, None, None) for rung in rungs))
    axis = share_axis(min(ends), max(ends), _LADDER)
    return LadderChart(axis.ticks, tuple(_mark(rung, span, axis) for rung, span in zip(rungs, spans, strict=True)))


def _mark(rung: Rung, span: tuple[float, float] | None, axis: Axis) -> RungMark:
    if span is None:
        return RungMark(rung, None, None, None)
    low, high = (None, None) if rung.validation_std is None else (axis.place(end) for end in span)
    return RungMark(rung, axis.place(rung.validation), low, high)


def _span(rung: Rung) -> tuple[float, float] | None:
    """The accuracy less and plus one standard deviation; None where it was not measured."""
    if rung.validation is None or not math.isfinite(rung.validation):
        return None
    std = rung.validation_std or 0.0
    return clipped(rung.validation - std), clipped(rung.validation + std)


def _axis(low: float, high: float, label: Callable[[float], str], least: float = math.inf) -> Axis:
    """A y axis that holds low, high and `least`."""
    return enclosing_axis(min(low, least), high, _BOX.upwards, label)


def _chart(
    along: Sequence[float],
    series: Mapping[str, Sequence[float | None]],
    y_axis: Callable[[float, float], Axis],
    *,
    best_at: float | None = None,
) -> LineChart | None:
    """Geometry of series of values along a rising axis.

    Args:
        along: Places on the x axis.
        series: Values at these places, None where there is none; an empty series is left out.
        y_axis: Gives the axis of the values for the smallest and the largest one.
        best_at: The place to be marked.
    """
    measured = {name: _measured(along, values) for name, values in series.items()}
    known = [row[1] for rows in measured.values() for row in rows if row]
    if not known:
        return None
    ends = (min(along), max(along))
    if ends[0] == ends[1]:
        ends = (ends[0] - 1, ends[1] + 1)
    ticks = inner_ticks(*ends, _N_X_TICKS, are_whole=all(float(place).is_integer() for place in along))
    x = linear_axis(ends, _BOX.across, ticks, "{:,.10g}".format)
    plot = Plot(_BOX, x, y_axis(min(known), max(known)))
    if best_at is not None and not ends[0] <= best_at <= ends[1]:
        best_at = None
    best = None if best_at is None else _nearest(measured[[*series][-1]], best_at)
    return LineChart(
        plot=plot,
        lines=tuple(
            _line(name, place, [plot.point(*row) if row else None for row in rows])
            for place, (name, rows) in enumerate(measured.items())
            if any(rows)
        ),
        best_x=None if best_at is None else x.place(best_at),
        best=None if best is None else plot.point(*best),
    )


def _measured(along: Sequence[float], values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """Places with their values; None where there is none, or no number (the losses of a training that diverged)."""
    return [
        None if value is None or not math.isfinite(value) else (place, value)
        for place, value in zip(along, values, strict=False)
    ]


def _line(name: str, place: int, points: Sequence[Point | None]) -> Line:
    """A series with gaps, as the pieces between them."""
    pieces: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    return Line(
        name=name,
        place=place,
        pieces=tuple(point_list(piece) for piece in pieces if len(piece) > 1),
        lonely=tuple(piece[0] for piece in pieces if len(piece) == 1),
    )


def _nearest(rows: Sequence[tuple[float, float] | None], wanted: float) -> tuple[float, float] | None:
    """The measured point that lies nearest to a place; None where nothing was measured."""
    return min((row for row in rows if row), key=lambda row: abs(row[0] - wanted), default=None)
