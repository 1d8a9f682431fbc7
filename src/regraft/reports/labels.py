"""Where the numbers beside the points of a chart stand, so that none covers another or a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.reports.axes import Box, Point

    Area = tuple[float, float, float, float]

_DIGIT, _LINE = 7.5, 12.0
"""Width of a digit and height of a line of the chart's text."""
_POINT = 5.5
_ROOM = 34.0
"""Above the plot, for numbers."""
_STEPS = range(12)
"""How many lines a number may be moved away from its point."""


@dataclass(frozen=True)
class Label:
    """A text, by its middle and its foot, and whether it stands so far away that a line must lead to its point."""

    text: str
    x: float
    y: float
    is_far: bool


def place_labels(points: Sequence[Point], texts: Sequence[str], box: Box) -> tuple[Label, ...]:
    """Put each text near its point: above or below, left or right, further away only where there is no room.

    Args:
        points: Places of n points.
        texts: n short texts.
        box: The plot's; a text may stand up to 34 above it.
    """
    taken = [(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points]
    placed = []
    for (x, y), text in zip(points, texts, strict=True):
        label, area = min(
            _choices(x, y, text, box), key=lambda choice: sum(_overlap(choice[1], other) for other in taken)
        )
        taken.append(area)
        placed.append(label)
    return tuple(placed)


def _choices(x: float, y: float, text: str, box: Box) -> list[tuple[Label, Area]]:
    """Labels with the areas that they take, the best first."""
    half = _DIGIT * len(text) / 2
    found = []
    for step in _STEPS:
        for below in (False, True):
            foot = y + _POINT + _LINE + step * _LINE if below else y - _POINT - 2 - step * _LINE
            for side in (0, -1, 1):
                middle = x + side * (_POINT + half)
                area = (middle - half, foot - _LINE + 2, middle + half, foot + 1)
                fits_across = box.left <= area[0] and area[2] <= box.right + half
                if fits_across and box.top - _ROOM <= area[1] and area[3] <= box.bottom:
                    found.append((Label(text, round(middle, 2), round(foot, 2), is_far=step > 0), area))
    return found or [(Label(text, x, y - _POINT - 2, is_far=False), (x, y, x, y))]


def _overlap(first: Area, second: Area) -> float:
    """The area that two boxes share."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(width, 0.0) * max(height, 0.0)
