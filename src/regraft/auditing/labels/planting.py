"""How much would be found: labels are changed on trial, and looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.auditing.labels.opinions import Judges, Opinions

LOOKED_AT = 0.05
"""The part of the images within which a planted error must come up."""
_PLANTED = 0.02
"""Few, so that they hardly change the judges."""
_N_PLANTED_MIN = 20
_N_IN_BURST = 8


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


def plant_errors(judges: Judges, known: Opinions, units: NDArray[np.int64], *, seed: int) -> dict[str, Trial]:
    """Change a few labels in one of three ways, judge again, count what comes up; and so for the other ways.

    random: to any other class · similar: to the class that the image resembles most, its own left aside · series: of
    all images of an object, or of an image and those that are nearest to it, to one other class.

    Args:
        judges: Of the images.
        known: What they say of the labels as they are.
        units: (n,) images of one object share a number.
        seed: Chooses images and classes.
    """
    labels, present = known.labels, np.unique(known.labels)
    n_wanted = min(max(_N_PLANTED_MIN, round(_PLANTED * len(labels))), len(labels) // 2)
    rng = generator(seed, "planted errors")
    few = rng.permutation(len(labels))[:n_wanted]
    shifts = rng.integers(1, len(present), len(labels))
    changed = {
        "random": (few, _shifted(labels, present, shifts)),
        "series": _series(judges, labels, units, n_wanted, rng),
    }
    if len(present) > 2:  # else it is the same as at random
        changed["similar"] = (few, known.alternatives)
    return {name: _trial(judges, labels, rows, values[rows]) for name, (rows, values) in changed.items()}


def _trial(judges: Judges, labels: NDArray[np.int64], rows: NDArray[np.int64], values: NDArray[np.int64]) -> Trial:
    wrong = labels.copy()
    wrong[rows] = values
    suspicions = judges.judge(wrong).suspicions
    others = np.sort(np.delete(suspicions, rows))
    n_before = len(others) - np.searchsorted(others, suspicions[rows], side="right")
    return Trial(n_before / max(len(others), 1))


def _shifted(
    labels: NDArray[np.int64], present: NDArray[np.int64], shifts: NDArray[np.int64] | int
) -> NDArray[np.int64]:
    """(n,) the class that comes so many places behind each label in the circle of the classes that have images."""
    moved: NDArray[np.int64] = present[(np.searchsorted(present, labels) + shifts) % len(present)]
    return moved


def _series(
    judges: Judges, labels: NDArray[np.int64], units: NDArray[np.int64], n_wanted: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of whole series, about as many as wanted, and (n,) the labels that they get."""
    sizes = np.bincount(units)[units]
    has_units = int((sizes > 1).sum()) >= 2 * n_wanted
    present, changed = np.unique(labels), labels.copy()
    chosen = np.zeros(len(labels), np.bool_)
    for first in rng.permutation(np.flatnonzero((sizes > 1) | (not has_units))):
        if chosen.sum() >= n_wanted:
            break
        if not chosen[first]:
            series = np.flatnonzero(units == units[first]) if has_units else judges.near(first, labels, _N_IN_BURST)
            series = series[~chosen[series]]
            changed[series] = _shifted(labels[series], present, int(rng.integers(1, len(present))))
            chosen[series] = True
    return np.flatnonzero(chosen), changed
