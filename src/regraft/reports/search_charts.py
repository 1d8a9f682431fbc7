"""Where the marks of a search's charts lie; the template draws them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.evaluation import setting_text
from regraft.reports.axes import HEIGHT, WIDTH, Tick, nice_ticks, percent_label, point_list, scaled, share_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import Search, SearchedOption, SearchTrial, Setting

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 16, 18, 40
_AXIS_GAP, _AXIS_HEIGHT, _AXIS_MARGIN = 130, 230, 70
_N_LINES = 100
"""More trials than these make a black picture: only the best are drawn."""


@dataclass(frozen=True)
class Axis:
    """An option, or the accuracy, as an upright axis."""

    name: str
    x: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Polyline:
    """A trial through all axes; the better it is among the others, the stronger (0 to 1)."""

    trial: SearchTrial
    points: str
    strength: float
    is_best: bool


@dataclass(frozen=True)
class ParallelChart:
    """All trials across upright axes, one for each option, the accuracy at the right. Worst first: the best on top."""

    width: float
    height: float
    top: float
    bottom: float
    axes: tuple[Axis, ...]
    lines: tuple[Polyline, ...]


@dataclass(frozen=True)
class Dot:
    """A trial at its value of an option."""

    trial: SearchTrial
    x: float
    y: float
    is_best: bool


@dataclass(frozen=True)
class SliceChart:
    """Accuracy against the value of one option; the plot's box is left, top, right, bottom."""

    option: SearchedOption
    box: tuple[float, float, float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]


def chart_parallel(search: Search) -> ParallelChart:
    """Geometry of the parallel coordinates of all trials that were judged on all folds."""
    trials = [one for one in search.trials if one.outcome == "finished"][:_N_LINES]
    top, bottom = 44.0, 44.0 + _AXIS_HEIGHT
    y_ticks = _accuracy_ticks(trials)
    places = [_AXIS_MARGIN + _AXIS_GAP * number for number in range(len(search.space) + 1)]

    def height(option: SearchedOption, value: Setting) -> float:
        return round(bottom - _share(option, value) * _AXIS_HEIGHT, 2)

    def accuracy_height(accuracy: float) -> float:
        return scaled(accuracy, y_ticks[0], y_ticks[-1], bottom, top)

    axes = [
        Axis(option.name, x, tuple(Tick(height(option, value), setting_text(value)) for value in _ticks(option)))
        for option, x in zip(search.space, places, strict=False)
    ]
    axes.append(
        Axis("accuracy, %", places[-1], tuple(Tick(accuracy_height(tick), percent_label(tick)) for tick in y_ticks))
    )
    lines = []
    for rank, trial in enumerate(trials):
        heights = [height(option, trial.settings[option.name]) for option in search.space]
        points = point_list(zip(places, [*heights, accuracy_height(trial.accuracy or 0.0)], strict=True))
        lines.append(Polyline(trial, points, round(1 - rank / len(trials), 3), is_best=rank == 0))
    return ParallelChart(
        width=places[-1] + _AXIS_MARGIN,
        height=bottom + 24,
        top=top,
        bottom=bottom,
        axes=tuple(axes),
        lines=tuple(reversed(lines)),
    )


def chart_slices(search: Search) -> tuple[SliceChart, ...]:
    """Geometry of one picture for each option; trials that were stopped are drawn at what their folds gave."""
    trials = [one for one in search.trials if one.accuracy is not None]
    y_ticks = _accuracy_ticks(trials)
    box = (_LEFT, _TOP, WIDTH - _RIGHT, HEIGHT - _BOTTOM)

    def x(option: SearchedOption, value: Setting) -> float:
        return scaled(_share(option, value), 0, 1, box[0] + 12, box[2] - 12)

    def y(accuracy: float) -> float:
        return scaled(accuracy, y_ticks[0], y_ticks[-1], box[3], box[1])

    return tuple(
        SliceChart(
            option=option,
            box=box,
            x_ticks=tuple(Tick(x(option, value), setting_text(value)) for value in _ticks(option)),
            y_ticks=tuple(Tick(y(tick), percent_label(tick)) for tick in y_ticks),
            dots=tuple(
                Dot(one, x(option, one.settings[option.name]), y(one.accuracy or 0.0), is_best=one is search.best)
                for one in reversed(trials)
            ),
        )
        for option in search.space
    )


def _accuracy_ticks(trials: Sequence[SearchTrial]) -> list[float]:
    """Round numbers that enclose the accuracies, none above 100 %."""
    accuracies = [one.accuracy or 0.0 for one in trials] or [0.0, 1.0]
    return share_ticks(min(accuracies), max(accuracies))


def _share(option: SearchedOption, value: Setting) -> float:
    """Where a value lies between the ends of an option's axis, 0 to 1."""
    if option.choices:
        return (option.choices.index(value) + 0.5) / len(option.choices)
    low, high, place = (_number(each) for each in (option.low, option.high, value))
    if option.is_log:
        low, high, place = math.log(low), math.log(high), math.log(place)
    return (place - low) / (high - low)


def _number(value: Setting) -> float:
    assert isinstance(value, (int, float))
    return float(value)


def _ticks(option: SearchedOption) -> list[Setting]:
    """Labelled values: all choices; of a range both ends and what lies between on its scale."""
    if option.choices:
        return [*option.choices]
    low, high = _number(option.low), _number(option.high)
    if not option.is_log:
        inner = [tick for tick in nice_ticks(low, high) if low <= tick <= high]
        return [int(tick) if option.is_whole else round(tick, 9) for tick in inner if _is_fit(option, tick)]
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    tens: list[Setting] = [int(10**power) if option.is_whole else 10.0**power for power in powers]
    return tens if len(tens) > 1 else [option.low, option.high]


def _is_fit(option: SearchedOption, tick: float) -> bool:
    return not option.is_whole or float(tick).is_integer()
