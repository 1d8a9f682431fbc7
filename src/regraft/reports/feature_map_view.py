"""Where the points of a map of features lie in its drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.reports.axes import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.evaluation import FeatureMap, MapPoint
    from regraft.reports.pictures import Pictures

_BOX = Box(8, 8, 412, 272)
_N_COLOURS = 6
_N_NAMED = 20
_LETTER, _LINE = 6.0, 11.0
"""Width and height that a name's letters take, in units of the drawing."""


@dataclass(frozen=True)
class MapMark:
    """A point: its place, the number of its class's colour, and the point itself."""

    x: float
    y: float
    colour: int
    point: MapPoint

    @property
    def is_right(self) -> bool:
        """Whether the image was recognised."""
        return self.point.truth == self.point.predicted


@dataclass(frozen=True)
class ClassMark:
    """A class's name at the middle of its points."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class TypicalPictures:
    """A class with the pictures of its most and its least typical image (data URIs, or None)."""

    class_name: str
    images: tuple[tuple[str, str, str | None], ...]


@dataclass(frozen=True)
class FeatureMapView:
    """What the page draws."""

    marks: tuple[MapMark, ...]
    names: tuple[ClassMark, ...]
    typical: tuple[TypicalPictures, ...]


def view_feature_map(found: FeatureMap, pictures: Pictures) -> FeatureMapView:
    """The drawing of a map, and the typical images."""
    across, upwards = [point.x for point in found.points], [point.y for point in found.points]
    classes = sorted({point.truth for point in found.points})
    marks = tuple(
        MapMark(
            _place(point.x, across, _BOX.across),
            _place(point.y, upwards, _BOX.upwards),
            classes.index(point.truth) % _N_COLOURS,
            point,
        )
        for point in found.points
    )
    typical = tuple(
        TypicalPictures(
            one.class_name,
            tuple((word, path, pictures.uri(path)) for word, path in (("most", one.most), ("least", one.least))),
        )
        for one in found.typical
    )
    return FeatureMapView(marks, _apart([_middle(name, marks) for name in classes[:_N_NAMED]]), typical)


def _middle(name: str, marks: Sequence[MapMark]) -> ClassMark:
    own = [mark for mark in marks if mark.point.truth == name]
    x, y = (sorted(places)[len(own) // 2] for places in ([mark.x for mark in own], [mark.y for mark in own]))
    return ClassMark(x, y, name)


def _apart(names: Sequence[ClassMark]) -> tuple[ClassMark, ...]:
    """Names that can be read: where two would lie over each other, the lower one is moved down."""
    placed: list[ClassMark] = []
    for one in sorted(names, key=lambda mark: mark.y):
        y = one.y
        for other in placed:  # from the top down
            is_beside = abs(one.x - other.x) < _LETTER * (len(one.name) + len(other.name)) / 2
            if is_beside and abs(y - other.y) < _LINE:
                y = round(other.y + _LINE, 1)
        placed.append(replace(one, y=y))
        placed.sort(key=lambda mark: mark.y)
    return tuple(placed)


def _place(value: float, values: Sequence[float], ends: tuple[float, float]) -> float:
    low, high = min(values), max(values)
    return round(ends[0] + (value - low) / max(high - low, 1e-9) * (ends[1] - ends[0]), 1)
