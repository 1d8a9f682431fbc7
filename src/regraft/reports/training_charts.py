"""Where the marks of a training's charts lie; the templates draw them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.axes import (
    HEIGHT,
    WIDTH,
    Tick,
    clipped,
    nice_ticks,
    percent_label,
    point_list,
    scaled,
    share_ticks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from regraft.reports.training import RateSchedule, Rung, TrainingCurve

_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 24, 14, 40
_EDGE = 5.0
_N_X_TICKS = 6


@dataclass(frozen=True)
class Line:
    """A measured series: its unbroken pieces as SVG point lists, and points that have no neighbour.

    `place` is that of the series among its kind, so that a series has the same colour where another one is missing.
    """

    name: str
    place: int
    pieces: tuple[str, ...]
    lonely: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class LineChart:
    """Series along epochs or steps; the plot's box is left, top, right, bottom.

    `best_x` is the place of the epoch that was kept, `best` that of the last series there.
    """

    box: tuple[float, float, float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    best_x: float | None
    best: tuple[float, float] | None


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
    return _chart(curve.epochs, series, lambda loss: f"{loss:.4g}", best_at=curve.best_epoch)


def chart_accuracies(curve: TrainingCurve) -> LineChart | None:
    """Geometry of the accuracies of a training; None where none was measured."""
    series = {"training": curve.train_accuracy, "validation": curve.validation_accuracy}
    return _chart(curve.epochs, series, percent_label, best_at=curve.best_epoch, ticks=share_ticks)


def chart_schedule(schedule: RateSchedule) -> LineChart | None:
    """Geometry of the learning-rate schedule, in per cent of each group's rate; None where it has no steps."""
    return _chart([float(step) for step in schedule.steps], {"rate": (*schedule.factors,)}, percent_label, least=0.0)


def chart_ladder(rungs: Sequence[Rung]) -> LadderChart:
    """Geometry of the rungs' accuracies: one standard deviation to both sides, cut where no accuracy can lie."""
    spans = {place: span for place, rung in enumerate(rungs) if (span := _span(rung))}
    if not spans:
        return LadderChart((), tuple(RungMark(rung, None, None, None) for rung in rungs))
    ticks = share_ticks(min(low for low, _high in spans.values()), max(high for _low, high in spans.values()))

    def x(share: float) -> float:
        return scaled(share, ticks[0], ticks[-1], _EDGE, 100 - _EDGE)

    marks = []
    for place, rung in enumerate(rungs):
        if place not in spans or rung.validation is None:
            marks.append(RungMark(rung, None, None, None))
            continue
        low, high = spans[place]
        has_spread = rung.validation_std is not None
        marks.append(
            RungMark(rung, x(rung.validation), x(low) if has_spread else None, x(high) if has_spread else None)
        )
    return LadderChart(tuple(Tick(x(share), percent_label(share)) for share in ticks), tuple(marks))


def _span(rung: Rung) -> tuple[float, float] | None:
    """The accuracy less and plus one standard deviation; None where it was not measured."""
    if rung.validation is None or not math.isfinite(rung.validation):
        return None
    std = rung.validation_std or 0.0
    return clipped(rung.validation - std), clipped(rung.validation + std)


def _chart(
    along: Sequence[float],
    series: Mapping[str, Sequence[float | None]],
    label: Callable[[float], str],
    *,
    best_at: float | None = None,
    least: float | None = None,
    ticks: Callable[[float, float], list[float]] = nice_ticks,
) -> LineChart | None:
    """Geometry of series of values along a rising axis.

    Args:
        along: Places on the x axis.
        series: Values at these places, None where there is none; an empty series is left out.
        label: The text of a tick of the y axis.
        best_at: The place to be marked.
        least: A value that the y axis must hold besides the series.
        ticks: Gives the ticks of the y axis from its smallest and largest value.
    """
    measured = {name: _measured(along, values) for name, values in series.items()}
    known = [row[1] for rows in measured.values() for row in rows if row]
    if not known:
        return None
    box = (_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM)
    x_low, x_high = min(along), max(along)
    if x_low == x_high:
        x_low, x_high = x_low - 1, x_high + 1
    y_ticks = ticks(min([*known, *([] if least is None else [least])]), max(known))

    def x(place: float) -> float:
        return scaled(place, x_low, x_high, box[0], box[2])

    def y(value: float) -> float:
        return scaled(value, y_ticks[0], y_ticks[-1], box[3], box[1])

    if best_at is not None and not x_low <= best_at <= x_high:
        best_at = None
    best = None if best_at is None else _nearest(measured[[*series][-1]], best_at)
    return LineChart(
        box=box,
        x_ticks=tuple(Tick(x(place), f"{place:,.10g}") for place in _inner_ticks(x_low, x_high, along)),
        y_ticks=tuple(Tick(y(value), label(value)) for value in y_ticks),
        lines=tuple(
            _line(name, place, [(x(row[0]), y(row[1])) if row else None for row in rows])
            for place, (name, rows) in enumerate(measured.items())
            if any(rows)
        ),
        best_x=None if best_at is None else x(best_at),
        best=None if best is None else (x(best[0]), y(best[1])),
    )


def _measured(along: Sequence[float], values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """Places with their values; None where there is none, or no number (the losses of a training that diverged)."""
    return [
        None if value is None or not math.isfinite(value) else (place, value)
        for place, value in zip(along, values, strict=False)
    ]


def _line(name: str, place: int, points: Sequence[tuple[float, float] | None]) -> Line:
    """A series with gaps, as the pieces between them."""
    pieces: list[list[tuple[float, float]]] = [[]]
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


def _inner_ticks(low: float, high: float, along: Sequence[float]) -> list[float]:
    """Round numbers between both ends; whole ones where all places are whole."""
    ticks = [round(tick, 9) for tick in nice_ticks(low, high, _N_X_TICKS) if low - 1e-9 <= tick <= high + 1e-9]
    are_whole = all(float(place).is_integer() for place in along)
    return [tick for tick in ticks if not are_whole or tick.is_integer()]
