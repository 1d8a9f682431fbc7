"""Axes of the page's charts: round numbers, and the places of values in the units of the SVG drawings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH, HEIGHT = 420, 280
"""Of a chart's drawing."""


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    place: float
    label: str


def nice_ticks(low: float, high: float, n_wanted: int = 5) -> list[float]:
    """Round numbers that enclose low and high, about `n_wanted` of them, at least two.

    Source: Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990.
    """
    low, high = padded(low, high, least=1e-3)
    rough = (high - low) / n_wanted
    scale = 10.0 ** math.floor(math.log10(rough))
    step = scale * next(factor for factor in (1, 2, 5, 10) if factor * scale >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def share_ticks(low: float, high: float) -> list[float]:
    """Round shares that enclose low and high; none below 0 or above 1, where no share can lie."""
    ticks = [round(tick, 9) for tick in nice_ticks(clipped(low), clipped(high))]
    return [tick for tick in ticks if 0 <= tick <= 1]


def clipped(share: float) -> float:
    """A share with its spread added or taken away, between 0 and 1."""
    return min(max(share, 0.0), 1.0)


def percent_label(share: float) -> str:
    """`92.5`: a tick of an axis in per cent."""
    return f"{round(share * 100, 6) + 0.0:.4g}"


def decades(low: float, high: float) -> list[int]:
    """Whole powers of ten from low to high (both as logarithms), not more than eight."""
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    return list(powers)[:: max(1, math.ceil(len(powers) / 8))]


def padded(low: float, high: float, least: float = 0.5) -> tuple[float, float]:
    """A range that is not empty."""
    return (low, high) if high - low >= least else (low - least, high + least)


def scaled(value: float, low: float, high: float, begin: float, end: float) -> float:
    """The place between begin and end that corresponds to a value between low and high."""
    return round(begin + (value - low) / (high - low) * (end - begin), 2)


def point_list(points: Iterable[tuple[float, float]]) -> str:
    """Points as SVG wants them."""
    return " ".join(f"{x},{y}" for x, y in points)
