"""Accuracy on parts of the images: where a classifier is worse than on the rest, beyond chance.

A part that only holds harder classes is no news, as the classes' own results tell it: each part is compared with what
its classes give. All parts are judged at once against shuffles of the answers, so that the worst of many does not look
worse than it is (Westfall and Young, "Resampling-based multiple testing", 1993); Chung et al., "Slice Finder", ICDE
2019, have the same aim with tests for each part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from regraft.core import Value, as_read, generator, printable
from regraft.evaluation.bootstrap import sampling_units
from regraft.evaluation.intervals import Estimate, wilson_estimate
from regraft.evaluation.shuffles import corrected_p_values, shuffle_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from regraft.evaluation.predictions import Predictions

_N_SHUFFLES = 400
SLICE_IMAGES_MIN = 20
_N_UNITS_MIN = 10
_N_VALUES_MAX = 200
_N_VALUES_AS_TEXT = 12
_QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
_RANGES = ((0, 1), (0, 2), (2, 3), (3, 4), (4, 6), (5, 6))
"""Of quantiles: the quarters, and the lowest and the highest tenth."""


class Slice(Value):
    """A part of the images and how well it was recognised."""

    column: str = Field(description="What the images of the part have in common: a column's name.")
    value: str = Field(description="Its value, or range of values.")
    accuracy: Estimate
    expected: float = Field(description="Accuracy if its images were recognised as their classes are on the whole.")
    rest: float = Field(description="Accuracy on all other images.")
    p_value: float = Field(description="Chance of some part as much worse than expected, of all that were looked at.")


class SliceTable(Value):
    """Parts of the images, the worst first."""

    accuracy: float = Field(description="On all images; 0 where there is none.")
    n_images: int
    n_slices: int = Field(description="Parts that were looked at: those with 20 images and 10 independent ones.")
    slices: tuple[Slice, ...]

    def worst(self, n: int) -> SliceTable:
        """With the first parts alone; it still tells of how many they are."""
        return self.model_copy(update={"slices": self.slices[:n]})


def measure_slices(
    predictions: Predictions, columns: Mapping[str, NDArray[Any]], *, confidence: float = 0.95, seed: int = 0
) -> SliceTable:
    """Measure the parts of some images that columns make: each frequent text; quarters and tenths of numbers.

    Args:
        predictions: n images; those without a known truth are left out. Images of a group stay together in shuffles.
        columns: (n,) texts or numbers by name.
        confidence: Of the intervals.
        seed: Chooses the shuffles.
    """
    is_known = predictions.labels >= 0
    known = predictions.labelled()
    parts = list(_parts({name: np.asarray(column)[is_known] for name, column in columns.items()}))
    units = sampling_units(len(known), known.groups)
    n_units = [len(np.unique(units.unit_of_image[rows])) for _name, _value, rows in parts]
    parts = [part for part, n in zip(parts, n_units, strict=True) if n >= _N_UNITS_MIN]
    right = known.right.astype(np.float64)
    expected = _expected(known, right)
    p_values = _p_values([rows for *_names, rows in parts], expected - right, units.unit_of_image, seed)
    found = []
    for (name, value, rows), p_value in zip(parts, p_values, strict=True):
        n_here = len(np.unique(units.unit_of_image[rows]))
        share = float(right[rows].mean())
        slice_ = Slice(
            column=printable(name),
            value=printable(value),
            accuracy=wilson_estimate(share, len(rows), n_here, confidence, grouped=units.grouped),
            expected=float(expected[rows].mean()),
            rest=float((right.sum() - right[rows].sum()) / (len(known) - len(rows))),
            p_value=float(p_value),
        )
        found.append(slice_)
    found.sort(key=lambda one: (one.p_value, one.accuracy.value - one.expected))
    accuracy = float(right.mean()) if len(known) else 0.0
    return SliceTable(accuracy=accuracy, n_images=len(known), n_slices=len(found), slices=tuple(found))


def _expected(known: Predictions, right: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) accuracy of each image's class, drawn to that of all images where the class is small."""
    if not len(known):
        return right
    n_right = np.bincount(known.labels, right, minlength=known.n_classes)
    n_images = np.bincount(known.labels, minlength=known.n_classes)
    found: NDArray[np.float64] = ((n_right + right.mean()) / (n_images + 1))[known.labels]
    return found


def _p_values(
    parts: list[NDArray[np.int64]], shortfall: NDArray[np.float64], units: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """(s,) p values of the parts' shortfalls, corrected for their number."""
    if not parts:
        return np.zeros(0)
    from scipy.sparse import csr_array

    bounds = np.cumsum([0, *map(len, parts)])
    members = csr_array((np.ones(bounds[-1]), np.concatenate(parts), bounds), shape=(len(parts), len(shortfall)))
    orders = shuffle_units(units, _N_SHUFFLES, generator(seed, "slices"))
    by_chance = np.stack([members @ shortfall[order] for order in orders])
    return corrected_p_values(members @ shortfall, by_chance)


def _parts(columns: Mapping[str, NDArray[Any]]) -> Iterator[tuple[str, str, NDArray[np.int64]]]:
    """Column, value and rows of each part that leaves enough on both sides; equal parts once."""
    seen = set()
    for name, column in columns.items():
        for value, is_inside in _values(column):
            rows = np.flatnonzero(is_inside)
            if min(len(rows), len(column) - len(rows)) < SLICE_IMAGES_MIN or rows.tobytes() in seen:
                continue
            seen.add(rows.tobytes())
            yield name, value, rows


def _values(column: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    if column.dtype == np.object_:  # as tables give texts, with None where there is none
        column = np.array(["" if value is None else as_read(value) for value in column.tolist()], np.object_)
    values, codes, counts = np.unique(column, return_inverse=True, return_counts=True)
    if not np.issubdtype(column.dtype, np.number) or len(values) <= _N_VALUES_AS_TEXT:
        for place in np.argsort(-counts, kind="stable")[:_N_VALUES_MAX].tolist():
            yield as_read(values[place]) or "nothing", codes == place
        return
    edges = np.nanquantile(column, _QUANTILES)
    for low, high in _RANGES:
        inside = (column >= edges[low]) & (column <= edges[high] if high == len(edges) - 1 else column < edges[high])
        yield f"{as_read(edges[low])} to {as_read(edges[high])}", inside
