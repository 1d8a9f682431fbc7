"""Where the marks of a sweep's charts lie; the template draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.axes import (
    Axis,
    Box,
    Ends,
    Plot,
    category_axis,
    decades,
    inner_ticks,
    linear_axis,
    logarithmic_axis,
    plot_box,
    point_list,
    share_axis,
)
from regraft.reports.sweep import setting_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.reports.sweep import Sweep, SweepTrial, SweptOption

_GAP, _MARGIN = 130, 70
_INSET = 12
_N_LINES = 100
"""More trials than these make a black picture: only the best are drawn."""


@dataclass(frozen=True)
class Upright:
    """An option, or the accuracy, as an upright axis."""

    name: str
    x: float
    axis: Axis


@dataclass(frozen=True)
class Polyline:
    """A trial through all axes; the better it is among the others, the stronger (0 to 1)."""

    trial: SweepTrial
    points: str
    strength: float
    is_best: bool


@dataclass(frozen=True)
class ParallelChart:
    """All trials across upright axes, one for each option, the accuracy at the right. Worst first: the best on top."""

    width: float
    height: float
    box: Box
    uprights: tuple[Upright, ...]
    lines: tuple[Polyline, ...]


@dataclass(frozen=True)
class Dot:
    """A trial at its value of an option."""

    trial: SweepTrial
    x: float
    y: float
    is_best: bool


@dataclass(frozen=True)
class SliceChart:
    """Accuracy against the value of one option."""

    option: SweptOption
    plot: Plot
    dots: tuple[Dot, ...]


def chart_parallel(sweep: Sweep) -> ParallelChart:
    """Geometry of the parallel coordinates of all trials that were judged on all folds."""
    trials = [one for one in sweep.trials if one.outcome == "finished"][:_N_LINES]
    box = Box(_MARGIN, 44.0, _MARGIN + _GAP * len(sweep.space), 274.0)
    uprights = [
        Upright(option.name, box.left + _GAP * place, _option_axis(option, box.upwards))
        for place, option in enumerate(sweep.space)
    ]
    uprights.append(Upright("accuracy, %", box.right, _accuracy_axis(trials, box.upwards)))
    lines = []
    for rank, trial in enumerate(trials):
        values = [*(trial.settings[option.name] for option in sweep.space), trial.accuracy or 0.0]
        points = [(one.x, one.axis.place(value)) for one, value in zip(uprights, values, strict=True)]
        lines.append(Polyline(trial, point_list(points), round(1 - rank / len(trials), 3), is_best=rank == 0))
    return ParallelChart(
        width=box.right + _MARGIN,
        height=box.bottom + 24,
        box=box,
        uprights=tuple(uprights),
        lines=tuple(reversed(lines)),
    )


def chart_slices(sweep: Sweep) -> tuple[SliceChart, ...]:
    """Geometry of one picture for each option; trials that were stopped are drawn at what their folds gave."""
    trials = [one for one in sweep.trials if one.accuracy is not None]
    box = plot_box(top=18, right=16)
    y = _accuracy_axis(trials, box.upwards)
    slices = []
    for option in sweep.space:
        plot = Plot(box, _option_axis(option, (box.left + _INSET, box.right - _INSET)), y)
        dots = (
            Dot(one, *plot.point(one.settings[option.name], one.accuracy or 0.0), is_best=one is sweep.best)
            for one in reversed(trials)
        )
        slices.append(SliceChart(option, plot, tuple(dots)))
    return tuple(slices)


def _accuracy_axis(trials: Sequence[SweepTrial], places: Ends) -> Axis:
    """An axis that holds the accuracies."""
    accuracies = [one.accuracy or 0.0 for one in trials] or [0.0, 1.0]
    return share_axis(min(accuracies), max(accuracies), places)


def _option_axis(option: SweptOption, places: Ends) -> Axis:
    """Labelled are all choices; of a range round values on its scale."""
    if option.low is None or option.high is None:
        return category_axis(option.choices, places, setting_text)
    ends = (float(option.low), float(option.high))
    label = ("{:.0f}" if option.is_whole else "{:g}").format
    if not option.is_log:
        return linear_axis(ends, places, inner_ticks(*ends, are_whole=option.is_whole), label)
    tens = decades(*ends)
    return logarithmic_axis(ends, places, tens if len(tens) > 1 else ends, label)
