"""Accuracy against the number of training images, measured on features that are there already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import N_UNITS_MIN, require
from regraft.core import SilentProgress, generator
from regraft.data import split_folds
from regraft.heads import Candidates, FoldTable, cross_validate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.core import Progress
    from regraft.heads import HeadKind

_N_SIZES = 7
_SMALLEST = 1 / 16
"""Part of the training images: what happens with fewer says little of what more would bring."""
_N_EACH_MIN = 4
"""Training images a class, on average, of the smallest size."""
_N_STRENGTHS = 6
_N_IMAGES_MIN = 40


@dataclass(frozen=True, eq=False)
class MeasuredCurve:
    """How often each image was told right by heads that had learnt from so many others.

    Attributes:
        sizes: (s,) training images, ascending; the last is all that a fold leaves.
        is_right: (n, s) float64, share of the repeats in which an image was told right, out of fold.
        units: (n,) int64, images that were never divided.
        n_own: (n, s) how many units of an image's own class were learnt from, in the mean of the repeats.
        n_folds: In which of so many parts the images are judged in turn.
    """

    sizes: NDArray[np.float64]
    is_right: NDArray[np.float64]
    units: NDArray[np.int64]
    n_own: NDArray[np.float64]
    n_folds: int = 5

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """(s,) means over the images."""
        return np.asarray(self.is_right.mean(axis=0))

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> MeasuredCurve:
        """Of some of the images."""
        return replace(self, is_right=self.is_right[chosen], units=self.units[chosen], n_own=self.n_own[chosen])


def measure_curve(
    images: AuditedImages,
    *,
    kind: HeadKind = "softmax",
    normalisation: str = "l2",
    n_folds: int = 5,
    n_repeats: int = 3,
    seed: int = 0,
    progress: Progress | None = None,
) -> MeasuredCurve:
    """Cross-validate heads that learn from a part of the training images: nested parts, whole groups, every class.

    Args:
        images: With features.
        kind: The head.
        normalisation: "l2" or "standard"; the strength is chosen anew for every size, since it depends on it.
        n_folds: Of each repeat.
        n_repeats: Other folds and other parts each time.
        seed: Chooses both.
        progress: Where to report.

    Raises:
        ValueError: There are no features.
        NotChecked: There are fewer than 40 images, fewer than 10 independent ones, or one class.
    """
    if images.features is None:
        raise ValueError("a learning curve needs features")
    units = images.units
    require(len(images), _N_IMAGES_MIN, "image")
    require(len(np.unique(units)), N_UNITS_MIN, "independent image")
    require(len(np.unique(images.labels)), 2, "class", "classes")
    fractions = _fractions(len(images) * (1 - 1 / n_folds), len(np.unique(images.labels)))
    progress = progress or SilentProgress()
    progress.start("Measuring", n_repeats * len(fractions), unit="points")
    is_right = np.zeros((len(images), len(fractions)))
    n_own = np.zeros_like(is_right)
    candidates = Candidates(kind, normalisations=(normalisation,), n_strengths=_N_STRENGTHS)
    sizes = np.zeros(len(fractions))
    for repeat in range(n_repeats):
        folds = split_folds(images.labels, units, images.digests, n_folds=n_folds, seed=seed + repeat)
        table = FoldTable.of(folds)
        rng = generator(seed, f"learning curve {repeat}")
        ranks = np.stack(
            [_ranks(images.labels, units, table.is_train[:, fold], rng) for fold in range(table.n_folds)], 1
        )
        for place, fraction in enumerate(fractions):
            part = FoldTable(table.is_train & (ranks < fraction), table.is_test)
            found = cross_validate(images.features, images.labels, part, candidates)
            is_right[:, place] += found.classes[found.predicted] == images.labels
            sizes[place] += part.is_train.sum() / table.n_folds
            n_own[:, place] += _units_of_own_class(images.labels, units, part)
            progress.advance()
    return MeasuredCurve(sizes / n_repeats, is_right / n_repeats, units, n_own / n_repeats, n_folds)


def _fractions(n_train: float, n_classes: int) -> NDArray[np.float64]:
    """Parts of the training images, in equal steps of a factor, the largest 1."""
    smallest = min(max(_SMALLEST, _N_EACH_MIN * n_classes / n_train), 0.5)
    return np.geomspace(smallest, 1, _N_SIZES)


def _ranks(
    labels: NDArray[np.int64], units: NDArray[np.int64], is_train: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float64]:
    """(n,) in [0, 1): the part of its class that comes before an image's unit in a random order; the first always 0."""
    ranks = np.ones(len(labels))
    for label in np.unique(labels[is_train]):
        rows = np.flatnonzero(is_train & (labels == label))
        names, place = np.unique(units[rows], return_inverse=True)
        order = rng.permutation(len(names))
        before = np.zeros(len(names))
        before[order] = np.concatenate([[0], np.cumsum(np.bincount(place)[order])[:-1]]) / len(rows)
        ranks[rows] = before[place]
    return ranks


def _units_of_own_class(labels: NDArray[np.int64], units: NDArray[np.int64], folds: FoldTable) -> NDArray[np.float64]:
    """(n,) units of an image's own class among what the heads that judge it have learnt from."""
    found = np.zeros(len(labels))
    for fold in range(folds.n_folds):
        is_train, is_test = folds.is_train[:, fold], folds.is_test[:, fold]
        pairs = np.unique([labels[is_train], units[is_train]], axis=1)
        found[is_test] = np.bincount(pairs[0], minlength=int(labels.max()) + 1)[labels[is_test]]
    return found
