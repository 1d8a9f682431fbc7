"""What a random split hides: accuracy by folds that tear groups, against folds that keep them together.

Both are measured with the same head on the same images, and the random folds are the grouped ones shuffled within each
class: every class has as many images to learn from and to be judged by, so that nothing but the groups makes a
difference. Source of the problem: Roberts et al., "Cross-validation strategies for data with temporal, spatial,
hierarchical, or phylogenetic structure", Ecography 40 (2017). The interval is that of a mean over clusters (Cameron and
Miller, "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50, 2015), widened by the
scatter between the repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.compression import principal_scores
from regraft.core import generator
from regraft.data import cluster_units, split_folds
from regraft.heads import Candidates, FoldRefits, FoldTable, cross_validate, normalise_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.heads import StrengthPath

_N_FOLDS = 5
_N_AXES = 256
_CANDIDATES = Candidates("softmax", normalisations=("l2",), strengths=(10.0, 30.0, 100.0, 300.0))
_N_IMAGES_MAX = 20_000
_N_GROUPS_MIN = 20
_N_OF_CLASS = 200
"""Where there are too many images for a measurement, so many of a class are wanted rather than all of the classes."""


@dataclass(frozen=True, eq=False)
class Answers:
    """How often images were recognised by heads that had not seen them.

    Attributes:
        by_chance: (n,) in random folds, 0 to 1.
        together: (n,) in folds that keep groups together.
        units: (n,) int64, what is kept together.
        scatter: Standard error of the mean difference that comes from how the folds fell; 0 where they fell once.
        n_repeats: How often they fell.
    """

    by_chance: NDArray[np.float64]
    together: NDArray[np.float64]
    units: NDArray[np.int64]
    scatter: float
    n_repeats: int

    @property
    def drop(self) -> float:
        """What the random folds promise too much."""
        return float(self.by_chance.mean() - self.together.mean())

    @property
    def drop_interval(self) -> tuple[float, float]:
        """Where the true drop lies, at 95 %."""
        from scipy.special import stdtrit

        clustered = self._clustered_error(self.by_chance - self.together) ** 2
        repeated = self.scatter**2
        parts = clustered**2 / max(self.n_effective_units - 1, 1) + repeated**2 / max(self.n_repeats - 1, 1)
        freedom = (clustered + repeated) ** 2 / parts if parts else 1.0  # Satterthwaite, Biometrics Bulletin 2 (1946)
        half = float(stdtrit(freedom, 0.975) * np.sqrt(clustered + repeated))
        return self.drop - half, self.drop + half

    @property
    def n_effective_units(self) -> float:
        """As many units of equal size tell as much."""
        sizes = np.unique(self.units, return_counts=True)[1]
        return float(sizes.sum() ** 2 / (sizes**2).sum())

    @property
    def n_effective_together(self) -> float:
        """As many independent images would give the grouped accuracy the same uncertainty."""
        error, share = self._clustered_error(self.together), float(self.together.mean())
        return float(np.clip(share * (1 - share) / max(error**2, 1e-12), 1, len(self.units)))

    def _clustered_error(self, values: NDArray[np.float64]) -> float:
        _units, places = np.unique(self.units, return_inverse=True)
        sums = np.bincount(places, values - values.mean())
        correction = len(sums) / max(len(sums) - 1, 1)
        return float(np.sqrt(correction * (sums**2).sum()) / len(values))


@dataclass(frozen=True, eq=False)
class GapMeasurement:
    """Images in few dimensions, with a head's settings, for groupings that are compared with each other.

    Attributes:
        images: Some or all of the images.
        rows: Which ones they are.
        heads: On these images in 257 dimensions at most, of a strength that was chosen once, in random folds.
    """

    images: AuditedImages
    rows: NDArray[np.int64]
    heads: FoldRefits

    @classmethod
    def of(cls, images: AuditedImages, codes: NDArray[np.int64], *, n_numbers_max: int, seed: int) -> GapMeasurement:
        """Prepare.

        Args:
            images: Images with features.
            codes: (n,) groups, which are taken whole where there are too many images for a measurement.
            n_numbers_max: Images times classes: more are measured on some of the groups.
            seed: Chooses them, and the axes.
        """
        rows = _sampled(images.labels, codes, n_numbers_max, seed)
        chosen = images.select(rows)
        scores = _coordinates(chosen, seed)
        each = np.arange(len(chosen), dtype=np.int64)
        folds = split_folds(chosen.labels, each, chosen.digests, n_folds=_N_FOLDS, seed=seed)
        found = cross_validate(scores, chosen.labels, FoldTable.of(folds), _CANDIDATES)
        heads = FoldRefits.like(found, chosen.n_classes)
        return cls(chosen, rows, replace(heads, strength=_most_regularised(found.chosen)))

    def measure(self, codes: NDArray[np.int64], *, n_repeats: int, seed: int) -> Answers:
        """Answers in both kinds of folds.

        Args:
            codes: (n,) groups of all images, not of the chosen ones alone.
            n_repeats: How often folds are dealt.
            seed: Deals the first ones; each repeat has the next seed.
        """
        labels, digests = self.images.labels, self.images.digests
        units = cluster_units(digests, [str(code) for code in codes[self.rows].tolist()])
        n_folds = min(_N_FOLDS, int(units.max()) + 1)
        dealt = []
        for repeat in range(seed, seed + n_repeats):
            folds = split_folds(labels, units, digests, n_folds=n_folds, seed=repeat)
            dealt += [_shuffled_within_classes(folds, labels, generator(repeat, "folds that tear groups")), folds]
        is_right = self.heads.predict(labels, [FoldTable.of(folds) for folds in dealt]) == labels
        right, n_judged, drops = np.zeros((2, len(labels))), np.zeros(len(labels)), []
        for repeat in range(n_repeats):
            is_learnt = _is_learnt(dealt[2 * repeat + 1], labels)
            both = is_right[2 * repeat : 2 * repeat + 2] & is_learnt
            right += both
            n_judged += is_learnt
            drops.append(float(both[0].sum() - both[1].sum()) / max(int(is_learnt.sum()), 1))
        judged = n_judged > 0
        right = right[:, judged] / n_judged[judged]
        scatter = float(np.std(drops, ddof=1) / np.sqrt(n_repeats)) if n_repeats > 1 else 0.0
        return Answers(right[0], right[1], units[judged], scatter, n_repeats)


def _most_regularised(path: StrengthPath) -> float:
    """The smallest strength whose score is within one standard error of the best: it is also the quickest.

    Source: Breiman, Friedman, Olshen and Stone, "Classification and regression trees", 1984, section 3.4.3.
    """
    error = path.deviations[path.best] / np.sqrt(max(path.scores.shape[1] - 1, 1))
    return float(path.strengths[np.flatnonzero(path.means >= path.means[path.best] - error)[0]])


def _coordinates(images: AuditedImages, seed: int) -> NDArray[np.float32]:
    """(n, p) the strongest directions of all features; a last column keeps the lengths of rows about equal."""
    assert images.features is not None
    rows = normalise_rows(images.features)
    middle = float(np.linalg.norm(rows.mean(axis=0)))
    scores = principal_scores(rows, _N_AXES, seed)
    return np.hstack([scores, np.full((len(scores), 1), middle, np.float32)])


def _sampled(labels: NDArray[np.int64], codes: NDArray[np.int64], n_numbers_max: int, seed: int) -> NDArray[np.int64]:
    """Rows of whole groups, if need be of some of the classes, that are few enough."""
    classes = np.unique(labels)
    if len(labels) <= min(_N_IMAGES_MAX, n_numbers_max // len(classes)):
        return np.arange(len(labels), dtype=np.int64)
    rng = generator(seed, "images that a gap is measured on")
    kept = rng.permutation(classes)[: max(2, int(np.sqrt(n_numbers_max / _N_OF_CLASS)))]
    rows = np.flatnonzero(np.isin(labels, kept))
    n_images_max = min(_N_IMAGES_MAX, n_numbers_max // len(kept))
    groups, places, sizes = np.unique(codes[rows], return_inverse=True, return_counts=True)
    if sizes.max() * _N_GROUPS_MIN > n_images_max:  # too large to be taken whole
        return np.sort(rng.permutation(rows)[:n_images_max])
    order = rng.permutation(len(groups))
    chosen = order[np.cumsum(sizes[order]) <= n_images_max]
    return rows[np.isin(places, chosen)]


def _shuffled_within_classes(
    folds: NDArray[np.int64], labels: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The same numbers of images of each class in each fold, whatever the groups."""
    shuffled = folds.copy()
    by_class = np.argsort(labels, kind="stable")
    drawn = np.lexsort((rng.random(len(labels)), labels))
    shuffled[by_class] = folds[drawn]
    return shuffled


def _is_learnt(folds: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) whether images of the class lie in another fold, too: else nothing can recognise it."""
    counts = np.zeros((int(labels.max()) + 1, int(folds.max()) + 1), np.int64)
    np.add.at(counts, (labels, folds), 1)
    is_learnt: NDArray[np.bool_] = (counts.sum(axis=1)[labels] - counts[labels, folds]) > 0
    return is_learnt
