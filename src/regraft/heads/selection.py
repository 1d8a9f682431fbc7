"""Choosing a head by cross-validation, on plain arrays: what `HeadSearch` does, without scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.core import quoted
from regraft.heads.calibration import Calibration, calibrate, softmax
from regraft.heads.objectives import total_weights
from regraft.heads.threads import limited_threads, share_work
from regraft.heads.walk import Samples, StrengthPath, Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.heads.folds import FoldTable
    from regraft.heads.linear import HeadKind, LinearHead, Normalisation
    from regraft.heads.objectives import ClassWeight

    Array = NDArray[Any]

Scoring = Literal["accuracy", "balanced_accuracy"]

DEFAULT_RANGES: dict[Normalisation, tuple[float, float]] = {"l2": (1e-1, 1e4), "standard": (1e-6, 1e0)}
"""Where the best strengths of pooled ConvNet features were seen to lie, with room on both sides."""


@dataclass(frozen=True)
class Candidates:
    """Which heads to try; `HeadSearch` explains each.

    Attributes:
        kind: "softmax" or "svm".
        normalisations: Some of "l2" and "standard".
        widths: Numbers of leading features; None stands for all.
        strengths: Values of C; None for `n_strengths` over a range that suits each normalisation.
        n_strengths: How many.
        scoring: "accuracy" or "balanced_accuracy".
    """

    kind: HeadKind
    normalisations: Sequence[str] = ("l2", "standard")
    widths: Sequence[int | None] = (None,)
    strengths: Sequence[float] | None = None
    n_strengths: int = 20
    scoring: Scoring = "accuracy"

    def shapes(self, n_features: int) -> list[tuple[int, Normalisation]]:
        """Width and normalisation of each path: the smallest width with all, the others with the first.

        Raises:
            ValueError: A width or normalisation does not exist.
        """
        widths, names = self._checked_widths(n_features), self._checked_normalisations()
        return [(widths[0], name) for name in names] + [(width, names[0]) for width in widths[1:]]

    def strengths_for(self, normalisation: Normalisation) -> NDArray[np.float64]:
        """Values of C to try.

        Raises:
            ValueError: They are no list of positive numbers.
        """
        if self.strengths is None:
            return np.geomspace(*DEFAULT_RANGES[normalisation], self.n_strengths)
        strengths = np.asarray(self.strengths, np.float64)
        if strengths.ndim != 1 or not len(strengths) or not (np.isfinite(strengths) & (strengths > 0)).all():
            raise ValueError("strengths must be a list of positive numbers.")
        return strengths

    def _checked_widths(self, n_features: int) -> list[int]:
        widths = sorted({n_features if width is None else int(width) for width in self.widths})
        if not widths or not 1 <= widths[0] <= widths[-1] <= n_features:
            raise ValueError(
                f"widths is {quoted(self.widths)}; it must name numbers of features from 1 to {n_features}."
            )
        return widths

    def _checked_normalisations(self) -> list[Normalisation]:
        chosen: list[Normalisation] = [name for name in DEFAULT_RANGES if name in set(self.normalisations)]
        if not chosen or len(chosen) != len(set(self.normalisations)):
            raise ValueError(
                f"normalisations is {quoted(self.normalisations)}; it must name some of {', '.join(DEFAULT_RANGES)}."
            )
        return chosen


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What heads said of samples that they were not fitted on, at the best settings.

    Attributes:
        classes: (k,) the labels that there are.
        folds: Which samples each fold was fitted on and asked about.
        scores: (n, k) out-of-fold scores; zeros where a sample is in no fold's test part.
        calibration: Of the scores, and whether it is used.
        paths: One for each width and normalisation.
        chosen: The one of them with the best score.
        turned: (n, r + 1) the features as it takes them, from `Basis`.
        weights: (r + 1, f, k) of the folds' heads, for these; one column for two classes.
    """

    classes: NDArray[Any]
    folds: FoldTable
    scores: Array
    calibration: Calibration
    paths: tuple[StrengthPath, ...]
    chosen: StrengthPath
    turned: Array
    weights: Array

    @property
    def strength(self) -> float:
        """The chosen C."""
        return float(self.chosen.strengths[self.chosen.best])

    @property
    def temperature(self) -> float:
        """What the scores are divided by."""
        return self.calibration.temperature

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """(n, k) calibrated out-of-fold probabilities."""
        return softmax(self.scores.astype(np.float64) / self.temperature)


@dataclass(frozen=True, eq=False)
class Selection:
    """A fitted, calibrated head, and how it was chosen.

    Attributes:
        head: Its classes are `classes`.
        found: What the folds' heads said, at its settings.
    """

    head: LinearHead
    found: CrossValidation

    @property
    def classes(self) -> NDArray[Any]:
        """(k,) the labels that there are."""
        return self.found.classes

    @property
    def paths(self) -> tuple[StrengthPath, ...]:
        """One for each width and normalisation."""
        return self.found.paths

    @property
    def chosen(self) -> StrengthPath:
        """The one of them with the best score; its best strength is the head's."""
        return self.found.chosen

    @property
    def strength(self) -> float:
        """The chosen C."""
        return self.found.strength

    @property
    def score(self) -> float:
        """Its cross-validated score."""
        return float(self.chosen.means[self.chosen.best])


def cross_validate(
    features: Array, labels: NDArray[Any], folds: FoldTable, candidates: Candidates, *, class_weight: ClassWeight = None
) -> CrossValidation:
    """Choose by cross-validation, as `select_head`, and keep what the folds' heads said; none is fitted on all samples.

    Args:
        features: (n, d) float32 or float64; the computation has the same precision.
        labels: (n,) of at least two different values.
        folds: Which samples each fold trains on and is judged on.
        candidates: What to try.
        class_weight: None, "balanced" or a dictionary.

    Raises:
        ValueError: A setting makes no sense for these features.
    """
    return _searched(features, labels, folds, candidates, class_weight=class_weight)[1]


def select_head(
    features: Array,
    labels: NDArray[Any],
    folds: FoldTable,
    candidates: Candidates,
    *,
    class_weight: ClassWeight = None,
    sample_weight: Array | None = None,
) -> Selection:
    """Choose by cross-validation, refit on all samples, and calibrate.

    Args:
        features: (n, d) float32 or float64; the computation has the same precision.
        labels: (n,) of at least two different values.
        folds: Which samples each fold trains on and is judged on.
        candidates: What to try.
        class_weight: None, "balanced" or a dictionary.
        sample_weight: (n,) or None.

    Raises:
        ValueError: A setting makes no sense for these features.
    """
    best, found = _searched(features, labels, folds, candidates, class_weight=class_weight, sample_weight=sample_weight)
    with limited_threads(features):
        return Selection(best.refitted(found.temperature), found)


def _searched(
    features: Array,
    labels: NDArray[Any],
    folds: FoldTable,
    candidates: Candidates,
    *,
    class_weight: ClassWeight = None,
    sample_weight: Array | None = None,
) -> tuple[Walk, CrossValidation]:
    """The best walk, and what came of all."""
    classes, codes = np.unique(labels, return_inverse=True)
    codes = codes.astype(np.int64)
    weights = total_weights(codes, classes, sample_weight, class_weight, features.dtype)
    samples = Samples(features, codes, len(classes), weights)

    def walked(shape: tuple[int, Normalisation]) -> Walk:
        n_features, name = shape
        walk = Walk(
            candidates.kind, samples, folds, n_features=n_features, normalisation=name, scoring=candidates.scoring
        )
        walk.run(candidates.strengths_for(name), can_grow=candidates.strengths is None)
        return walk

    walks = share_work(walked, candidates.shapes(features.shape[1]), features)
    best = max(walks, key=lambda walk: walk.best_score)  # of equal ones the first
    calibration = calibrate(best.held_out_scores, codes, folds, weights)
    paths = tuple(walk.path for walk in walks)
    found = CrossValidation(
        classes, folds, best.held_out_scores, calibration, paths, best.path, best.turned, best.best_weights
    )
    return best, found
