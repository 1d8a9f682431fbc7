"""A classifier in several forms beside each other: how good each is, how large and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import Value
from regraft.evaluation import Estimate, PairedDifference
from regraft.reports.axes import inner_ticks, linear_axis, padded, percent_label
from regraft.reports.page import environment

if TYPE_CHECKING:
    from regraft.reports.axes import Axis

_LEAST = 0.04
_LEFT, _MIDDLE, _RIGHT = (170.0, 430.0), (470.0, 650.0), 780.0


class FormatRow(Value):
    """One form of a classifier.

    Attributes:
        name: Of it.
        n_bytes: Of its files; those of the bundle are the same in each precision.
        load_seconds: From the files to the first answer; None where that was not measured.
        milliseconds: An image by itself, from pixels at the networks' size to the answer.
        images_per_second: In batches of 32.
        n_images: That it was asked about beside the bundle.
        n_changed: That get another class than by the bundle in float32.
        accuracy: On images with labels that the classifier was not trained on; None where there are none.
        difference: To the bundle in float32, on the same images.
    """

    name: str
    n_bytes: int
    load_seconds: float | None = None
    milliseconds: float | None = None
    images_per_second: float | None = None
    n_images: int = 0
    n_changed: int = 0
    accuracy: Estimate | None = None
    difference: PairedDifference | None = None


class FormatTable(Value):
    """A classifier in several forms.

    Attributes:
        classifier: Its name.
        machine: Where times were taken.
        n_batch: Images in a batch.
        rows: One for each form, the bundle in float32 first.
    """

    classifier: str
    machine: str
    n_batch: int
    rows: tuple[FormatRow, ...]


@dataclass(frozen=True)
class _Mark:
    """Where a row's marks lie in the drawing."""

    row: FormatRow
    y: float
    ends: tuple[float, float] | None
    value: float | None
    bar: float | None


def render_formats(table: FormatTable) -> str:
    """The picture, as SVG: an accuracy with its interval and a bar of speed for each form."""
    rows = table.rows
    accuracy, speed = _accuracy_axis(rows), _speed_axis(rows)
    marks = []
    for number, row in enumerate(rows):
        marks.append(
            _Mark(
                row,
                90.0 + 34 * number,
                None
                if row.accuracy is None
                else (accuracy.place(row.accuracy.ends[0]), accuracy.place(row.accuracy.ends[1])),
                None if row.accuracy is None else accuracy.place(row.accuracy.value),
                None if row.images_per_second is None else speed.place(row.images_per_second),
            )
        )
    return environment().get_template("formats.svg.j2").render(
        table=table, marks=marks, accuracy=accuracy, speed=speed, left=_LEFT, middle=_MIDDLE, right=_RIGHT,
        height=110.0 + 34 * len(rows),
    )  # fmt: skip


def _accuracy_axis(rows: tuple[FormatRow, ...]) -> Axis:
    ends = [end for row in rows if row.accuracy is not None for end in row.accuracy.ends] or [0.0, 1.0]
    low, high = padded(min(ends), max(ends), _LEAST)
    return linear_axis((low, high), _LEFT, inner_ticks(low, high, 4), percent_label)


def _speed_axis(rows: tuple[FormatRow, ...]) -> Axis:
    high = max([row.images_per_second for row in rows if row.images_per_second is not None], default=1.0)
    return linear_axis((0.0, high), _MIDDLE, inner_ticks(0.0, high, 3), "{:.0f}".format)
