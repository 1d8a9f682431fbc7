"""Whether neighbouring files are alike, and over how many files: the order of names as a series in time or place.

Images are compared with others of their class only, so that files that are sorted by class are no series for that.
Source of the idea that near neighbours in the order should not be more alike than others: Cummings, Snorrason and
Mueller, "Detecting dataset drift and non-IID sampling via k-nearest neighbors", 2023 (arXiv:2305.15696).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.series.closeness import closeness_of_neighbours, likeness
from regraft.core import generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.series.closeness import Closeness

BLOCK_LENGTHS = (10, 20, 30, 60, 120, 250, 500, 1000)
_REMAINING = 0.3
"""A block is so long that at most this part of the neighbours' likeness is left between files so far apart."""
_N_BLOCKS_EACH = 5
"""Blocks that the images of a class should fill, at least."""
_N_BLOCKS = 10
_N_SHUFFLES = 200
_N_RUNS_EACH = 5
"""Classes are mixed in the order where there are so many times as many stretches of one class as classes."""


@dataclass(frozen=True)
class LabelOrder:
    """How often neighbouring files have one label.

    Attributes:
        agreement: The part of the neighbours with one label.
        by_chance: The mean of shuffles.
        p_value: How often a shuffle has as large a part.
    """

    agreement: float
    by_chance: float
    p_value: float


def closeness_in_order(
    traits: NDArray[np.float32], labels: NDArray[np.int64], series: Sequence[NDArray[np.int64]]
) -> Closeness:
    """How alike each image and the next one of its class are.

    Args:
        traits: (n, p) from `individual_traits`.
        labels: (n,) classes.
        series: Rows in the order of their files (`regraft.data.file_series`).
    """
    runs = [rows[np.argsort(labels[rows], kind="stable")] for rows in series]
    first = np.concatenate([run[:-1] for run in runs])
    second = np.concatenate([run[1:] for run in runs])
    same = labels[first] == labels[second]
    return closeness_of_neighbours(traits, labels, (first[same], second[same]))


def choose_block_length(
    traits: NDArray[np.float32], labels: NDArray[np.int64], series: Sequence[NDArray[np.int64]]
) -> int:
    """How many neighbouring files belong together: as far apart, files of a class are hardly alike any more.

    At most so many that there are ten blocks, and five that hold images of a typical class.

    Args:
        traits: (n, p) from `individual_traits`.
        labels: (n,) classes.
        series: Rows in the order of their files.
    """
    spans = _class_spans(labels, series)
    longest = min(len(labels) // _N_BLOCKS, int(np.median(spans[labels])) // _N_BLOCKS_EACH)
    nearest = likeness(traits, _pairs_at(1, labels, series))
    for length in BLOCK_LENGTHS:
        if length >= longest:
            break
        if likeness(traits, _pairs_at(length, labels, series)) <= _REMAINING * nearest:
            return length
    return max(2, longest if longest < BLOCK_LENGTHS[0] else max(n for n in BLOCK_LENGTHS if n <= longest))


def measure_label_order(labels: NDArray[np.int64], series: Sequence[NDArray[np.int64]], seed: int) -> LabelOrder | None:
    """Neighbours' labels against 200 shuffles; None where files are sorted by class, which says nothing.

    Args:
        labels: (n,) classes.
        series: Rows in the order of their files.
        seed: Chooses the shuffles.
    """
    ordered = np.concatenate([labels[rows] for rows in series])
    is_inside = np.ones(len(ordered), np.bool_)
    is_inside[np.cumsum([len(rows) for rows in series]) - 1] = False  # the last of a series has no next one
    is_inside = is_inside[:-1]

    def agreement(row: NDArray[np.int64]) -> float:
        return float((row[:-1] == row[1:])[is_inside].mean())

    n_runs = 1 + int((ordered[:-1] != ordered[1:]).sum())
    if not is_inside.any() or n_runs < _N_RUNS_EACH * len(np.unique(labels)):
        return None
    rng = generator(seed, "neighbours' labels")
    shuffled = np.array([agreement(rng.permutation(ordered)) for _number in range(_N_SHUFFLES)])
    found = agreement(ordered)
    p_value = (float((shuffled >= found).sum()) + 1) / (_N_SHUFFLES + 1)
    return LabelOrder(found, float(shuffled.mean()), p_value)


def _pairs_at(
    distance: int, labels: NDArray[np.int64], series: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of one class that lie so many files apart."""
    first = np.concatenate([rows[:-distance] for rows in series])
    second = np.concatenate([rows[distance:] for rows in series])
    same = labels[first] == labels[second]
    return first[same], second[same]


def _class_spans(labels: NDArray[np.int64], series: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """(k,) over how many files each class reaches, from its first to its last one."""
    spans = np.zeros(int(labels.max()) + 1, np.int64)
    for rows in series:
        present, firsts = np.unique(labels[rows], return_index=True)
        lasts = len(rows) - 1 - np.unique(labels[rows][::-1], return_index=True)[1]
        spans[present] += lasts - firsts + 1
    return spans
