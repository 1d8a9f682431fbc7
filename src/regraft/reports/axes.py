"""The frame of every chart: axes with a linear, a logarithmic or a category scale, in units of the SVG drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Ends = tuple[float, float]
"""Of an axis: its smallest and its largest value; or the places of these two in the drawing."""
Point = tuple[float, float]

_WIDTH, _HEIGHT = 420, 280
_CLOSE = 1e-9


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    place: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Where values lie in the drawing, and which of them are labelled."""

    place: Callable[[Any], float]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Box:
    """A plot's edges in the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def across(self) -> Ends:
        """Places of the ends of an axis from left to right."""
        return self.left, self.right

    @property
    def upwards(self) -> Ends:
        """Places of the ends of an axis from the bottom up."""
        return self.bottom, self.top


@dataclass(frozen=True)
class Plot:
    """A box with an axis below it and one at its left."""

    box: Box
    x: Axis
    y: Axis

    def point(self, x: Any, y: float) -> Point:
        """The place of a pair of values."""
        return self.x.place(x), self.y.place(y)


def plot_box(*, left: float = 46, top: float = 14, right: float = 24) -> Box:
    """The box of a chart of the usual size, with margins for the labels."""
    return Box(left, top, _WIDTH - right, _HEIGHT - 40)


def linear_axis(ends: Ends, places: Ends, ticks: Iterable[float], label: Callable[[float], str]) -> Axis:
    """An axis on which equal differences are equal distances.

    Args:
        ends: The values at both ends.
        places: Where these lie in the drawing.
        ticks: The values that are labelled.
        label: Their text.
    """

    def place(value: float) -> float:
        return _between(places, (value - ends[0]) / (ends[1] - ends[0]))

    return Axis(place, tuple(Tick(place(value), label(value)) for value in ticks))


def logarithmic_axis(ends: Ends, places: Ends, ticks: Iterable[float], label: Callable[[float], str]) -> Axis:
    """An axis on which equal factors are equal distances.

    Args:
        ends: The values at both ends, above 0.
        places: Where these lie in the drawing.
        ticks: The values that are labelled.
        label: Their text.
    """
    line = linear_axis((math.log10(ends[0]), math.log10(ends[1])), places, (), label)

    def place(value: float) -> float:
        return line.place(math.log10(value))

    return Axis(place, tuple(Tick(place(value), label(value)) for value in ticks))


def category_axis(values: Sequence[Any], places: Ends, label: Callable[[Any], str]) -> Axis:
    """An axis with equal room for each of some values, all of them labelled."""

    def place(value: Any) -> float:
        return _between(places, (values.index(value) + 0.5) / len(values))

    return Axis(place, tuple(Tick(place(value), label(value)) for value in values))


def share_axis(low: float, high: float, places: Ends) -> Axis:
    """An axis in per cent that holds low and high; it ends at 0 and 1, beyond which no share can lie."""
    rounded = (round(tick, 9) for tick in nice_ticks(clipped(low), clipped(high)))
    ticks = [tick for tick in rounded if 0 <= tick <= 1]
    return linear_axis((ticks[0], ticks[-1]), places, ticks, percent_label)


def enclosing_axis(low: float, high: float, places: Ends, label: Callable[[float], str]) -> Axis:
    """A linear axis from the round number below low to the one above high.

    Args:
        low: The smallest value that it must hold.
        high: The largest one.
        places: Where its ends lie in the drawing.
        label: The text of a tick.
    """
    ticks = nice_ticks(low, high)
    return linear_axis((ticks[0], ticks[-1]), places, ticks, label)


def nice_ticks(low: float, high: float, n_wanted: int = 5) -> list[float]:
    """Round numbers that enclose low and high, about `n_wanted` of them, at least two.

    Source: Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
    """
    low, high = padded(low, high, least=1e-3)
    rough = (high - low) / n_wanted
    scale = 10.0 ** math.floor(math.log10(rough))
    step = scale * next(factor for factor in (1, 2, 5, 10) if factor * scale >= rough * (1 - _CLOSE))
    first, last = math.floor(low / step + _CLOSE), math.ceil(high / step - _CLOSE)
    return [place * step for place in range(first, last + 1)]


def inner_ticks(low: float, high: float, n_wanted: int = 5, *, are_whole: bool = False) -> list[float]:
    """Round numbers between two ends.

    Args:
        low: The lower end, which is one of them where it is round.
        high: The upper end, likewise.
        n_wanted: About how many.
        are_whole: Leave out what is no whole number.
    """
    ticks = [round(tick, 9) for tick in nice_ticks(low, high, n_wanted) if low - _CLOSE <= tick <= high + _CLOSE]
    return [tick for tick in ticks if not are_whole or tick.is_integer()]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten from low to high, not more than eight."""
    powers = range(math.ceil(math.log10(low) - _CLOSE), math.floor(math.log10(high) + _CLOSE) + 1)
    return [10.0**power for power in powers[:: max(1, math.ceil(len(powers) / 8))]]


def clipped(share: float) -> float:
    """A share with its spread added or taken away, between 0 and 1."""
    return min(max(share, 0.0), 1.0)


def percent_label(share: float) -> str:
    """`92.5`: a tick of an axis in per cent."""
    return f"{round(share * 100, 6) + 0.0:.4g}"


def padded(low: float, high: float, least: float = 0.5) -> Ends:
    """A range that is not empty."""
    return (low, high) if high - low >= least else (low - least, high + least)


def point_list(points: Iterable[Point]) -> str:
    """Points as SVG wants them."""
    return " ".join(f"{x},{y}" for x, y in points)


def _between(places: Ends, share: float) -> float:
    return round(places[0] + share * (places[1] - places[0]), 2)
