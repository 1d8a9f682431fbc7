"""The confusion matrix as the page shows it: all of a small one, the troubled part and an overview of a large one."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.evaluation import Assessment

N_CLASSES_WHOLE = 30
N_CLASSES_PART = 15
N_CLASSES_OVERVIEW = 1000
_N_LEVELS = 4
_STRONGEST = 75  # per cent of colour: text stays readable on it


@dataclass(frozen=True)
class Cell:
    """One cell: its count, its share of the row (0 to 1), how strong its colour is (per cent), what it means."""

    n: int
    share: float
    strength: int
    right: bool


@dataclass(frozen=True)
class Row:
    """The images of one class: what they were taken for."""

    name: str
    n: int
    cells: tuple[Cell, ...]
    n_elsewhere: int


@dataclass(frozen=True)
class MatrixView:
    """A square part of a confusion matrix.

    Attributes:
        names: Classes shown, in the order of the class names.
        rows: One for each of them.
        n_classes: All classes; more than are shown where the matrix is a part.
        overview: SVG paths of the whole matrix, where it is not shown whole.
    """

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    n_classes: int
    overview: tuple[OverviewPath, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every class is shown."""
        return len(self.names) == self.n_classes


@dataclass(frozen=True)
class OverviewPath:
    """All cells of one colour, as one SVG path in a system where a cell is 1 x 1."""

    path: str
    strength: int
    right: bool


def view_matrix(assessment: Assessment) -> MatrixView:
    """Choose and colour the cells to show.

    Up to 30 classes are shown whole; of more, the 15 of the most confused pairs, and an overview of all.
    """
    matrix = assessment.confusion()
    n_classes = len(matrix)
    shown = np.arange(n_classes) if n_classes <= N_CLASSES_WHOLE else _most_confused(assessment)
    names = tuple(assessment.classes[place].name for place in shown)
    rows = tuple(_row(name, matrix[place], place, shown) for name, place in zip(names, shown.tolist(), strict=True))
    has_overview = N_CLASSES_WHOLE < n_classes <= N_CLASSES_OVERVIEW
    return MatrixView(names, rows, n_classes, _overview(matrix) if has_overview else ())


def _most_confused(assessment: Assessment) -> NDArray[np.int64]:
    """Positions of the classes of the most confused pairs, filled up with the first classes."""
    position = {result.name: place for place, result in enumerate(assessment.classes)}
    confused = [position[name] for pair in assessment.confused for name in (pair.truth, pair.predicted)]
    return np.sort(list(dict.fromkeys([*confused, *range(N_CLASSES_PART)]))[:N_CLASSES_PART])


def _row(name: str, counts: NDArray[np.int64], place: int, shown: NDArray[np.int64]) -> Row:
    n = int(counts.sum())
    cells = tuple(_cell(int(counts[other]), n, right=other == place) for other in shown.tolist())
    return Row(name, n, cells, n - sum(cell.n for cell in cells))


def _cell(n: int, n_row: int, *, right: bool) -> Cell:
    share = n / n_row if n_row else 0.0
    return Cell(n, share, _strength(share, right=right), right)


def _strength(share: float, *, right: bool) -> int:
    """Right answers are coloured in proportion; mistakes by the root, so that rare ones are seen."""
    return round(_STRONGEST * (share if right else math.sqrt(share)))


def _overview(matrix: NDArray[np.int64]) -> tuple[OverviewPath, ...]:
    squares: defaultdict[tuple[bool, int], list[str]] = defaultdict(list)
    n_of_row = matrix.sum(axis=1)
    for row, column in zip(*(places.tolist() for places in np.nonzero(matrix)), strict=True):
        right = row == column
        strength = _strength(matrix[row, column] / n_of_row[row], right=right)
        level = max(1, math.ceil(strength / _STRONGEST * _N_LEVELS))
        squares[right, level].append(f"M{column} {row}h1v1h-1z")
    return tuple(
        OverviewPath("".join(parts), 100 * level // _N_LEVELS, right)
        for (right, level), parts in sorted(squares.items())
    )


def worst_first(assessment: Assessment) -> Sequence[int]:
    """Positions of the classes, by recall; of equals the larger first; classes without images last."""
    classes = assessment.classes

    def rank(place: int) -> tuple[float, int]:
        found = classes[place].recall
        return (2.0 if found is None else found.value, -classes[place].n)

    return sorted(range(len(classes)), key=rank)
