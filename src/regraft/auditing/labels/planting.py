"""How much would be found: labels are changed on trial, and looked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.labels.opinions import alternatives, look_twice, suspicions
from regraft.core import generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from regraft.heads import FoldRefits, Refit

    Rows = NDArray[np.int64]
    Change = Callable[[np.random.Generator], list[tuple[Rows, Rows]]]
    """Draws series of rows, and the labels that each of them gets."""

LOOKED_AT = 0.05
"""The part of the images within which a planted error must come up."""
_N_TIMES = 4
_N_IN_SERIES = 8
_N_IMAGES_MAX = 20_000


@dataclass(frozen=True, eq=False)
class Trial:
    """Labels that were changed on trial.

    Attributes:
        ranks: (m,) the part of the other images that is more suspicious than each of them.
    """

    ranks: NDArray[np.float64]

    @property
    def n_planted(self) -> int:
        """How many."""
        return len(self.ranks)

    @property
    def n_found(self) -> int:
        """How many came up among the most suspicious twentieth of the images."""
        return int((self.ranks < LOOKED_AT).sum())

    @property
    def recall(self) -> float:
        """Part of them that was found."""
        return self.n_found / self.n_planted


@dataclass(frozen=True, eq=False)
class Ground:
    """Images among whose labels errors are planted.

    Attributes:
        refits: Heads of theirs.
        first: The first look at the labels as they are.
        said: (n, k) probabilities of the second.
        labels: (n,) these.
        units: (n,) images of one object share a number.
        neighbours: (n, m) nearest images of other folds, the nearest first; -1 where one is not among the n.
        is_wrong: (n,) whether a label is probably wrong already: an error planted there would put it right.
    """

    refits: FoldRefits
    first: Refit
    said: NDArray[np.float64]
    labels: Rows
    units: Rows
    neighbours: Rows
    is_wrong: NDArray[np.bool_]

    def of_bounded_size(self, *, seed: int) -> Ground:
        """The same with at most 20,000 of the images: more of them cost more, and say no more of the recall.

        Args:
            seed: Chooses them; those of an object stay together.
        """
        if len(self.labels) <= _N_IMAGES_MAX:
            return self
        order = generator(seed, "ground").permutation(int(self.units.max()) + 1)[self.units]
        rows = np.sort(np.argsort(order, kind="stable")[:_N_IMAGES_MAX])
        place_of = np.full(len(self.labels), -1)
        place_of[rows] = np.arange(len(rows))
        return Ground(
            self.refits.select(rows),
            self.first.select(rows),
            self.said[rows],
            self.labels[rows],
            self.units[rows],
            place_of[self.neighbours[rows]],
            self.is_wrong[rows],
        )

    def plant(self, *, seed: int) -> dict[str, Trial]:
        """Change a few labels in one of three ways and look for them, some times over; and so for the other ways.

        random: to any other class · similar: to the class that the image resembles most, its own left aside (not where
        there are two classes: it is the same) · series: of up to eight images of an object that follow each other, or
        of an image and those nearest to it where objects are not known, to one other class.

        Args:
            seed: Chooses images and classes.
        """
        ways: dict[str, Change] = {"random": self._random, "similar": self._similar, "series": self._series}
        if len(np.unique(self.labels)) == 2:
            del ways["similar"]
        return {name: self._try(change, generator(seed, "planted errors", name)) for name, change in ways.items()}

    @property
    def _n_wanted(self) -> int:
        """How many at a time: few beside all, so that they hardly change the heads."""
        return round(math.sqrt(len(self.labels)))

    def _try(self, change: Change, rng: np.random.Generator) -> Trial:
        ranks = []
        for _ in range(_N_TIMES):
            wrong = self.labels.copy()
            for rows, labels in change(rng):
                wrong[rows] = labels
            ranks.append(self._ranks(wrong))
        return Trial(np.concatenate(ranks))

    def _ranks(self, wrong: Rows) -> NDArray[np.float64]:
        """The part of the unchanged images that is more suspicious than each changed one."""
        is_planted = wrong != self.labels
        scores = suspicions(wrong, look_twice(self.refits, wrong, start=self.first)[1])
        others = np.sort(scores[~is_planted])
        n_more: Rows = len(others) - np.searchsorted(others, scores[is_planted], side="right")
        return n_more / len(others)

    def _random(self, rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
        rows = rng.permutation(np.flatnonzero(~self.is_wrong))[: self._n_wanted]
        return [(row, self._moved(row, rng)) for row in rows[:, None]]

    def _similar(self, rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
        others = alternatives(self.labels, self.said)
        rows = rng.permutation(np.flatnonzero(~self.is_wrong))[: self._n_wanted]
        return [(row, others[row]) for row in rows[:, None]]

    def _series(self, rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
        sizes = np.bincount(self.units)[self.units]
        has_objects = 2 * int((sizes > 1).sum()) >= len(sizes)
        is_free = ~self.is_wrong
        n_wrong = int(self.is_wrong.sum())
        series: list[tuple[Rows, Rows]] = []
        for first in rng.permutation(np.flatnonzero((sizes > 1) | (not has_objects))):
            if (~is_free).sum() >= self._n_wanted + n_wrong:
                break
            if is_free[first]:
                rows = self._beside(first) if has_objects else self._alike(first)
                rows = rows[is_free[rows]]
                is_free[rows] = False
                series.append((rows, self._moved(rows, rng)))
        return series

    def _beside(self, row: int) -> Rows:
        """The images of an object that lie nearest to one of them in the list."""
        rows = np.flatnonzero(self.units == self.units[row])
        return rows[np.argsort(np.abs(rows - row), kind="stable")[:_N_IN_SERIES]]

    def _alike(self, row: int) -> Rows:
        """An image and the nearest others that are labelled as it is."""
        others = self.neighbours[row][self.neighbours[row] >= 0]
        return np.append(row, others[self.labels[others] == self.labels[row]][: _N_IN_SERIES - 1])

    def _moved(self, rows: Rows, rng: np.random.Generator) -> Rows:
        """The labels of some images moved on by one number of places in the circle of the classes that have images."""
        present = np.unique(self.labels)
        places = np.searchsorted(present, self.labels[rows]) + int(rng.integers(1, len(present)))
        moved: Rows = present[places % len(present)]
        return moved
