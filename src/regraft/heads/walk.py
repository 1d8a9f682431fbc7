"""One normalisation's way through the strengths: all folds together, each strength from the last one's solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.heads.basis import Basis
from regraft.heads.linear import HeadKind, LinearHead, Normalisation
from regraft.heads.objectives import build_loss, two_columns
from regraft.heads.row_lengths import normalise_rows
from regraft.heads.solver import Problem
from regraft.heads.threads import limited_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from regraft.heads.folds import FoldTable
    from regraft.heads.solver import Solution

    Array = NDArray[Any]

PATH_TOLERANCE = 5e-4
PATH_ITERATIONS = 50
FINAL_TOLERANCE = 1e-6
FINAL_ITERATIONS = 500
_N_GROWTH = 4
_PATIENCE = 6
"""Strengths in a row that bring nothing better before the walk ends: at 20 strengths a factor of 40 in C."""
_N_NUMBERS_MAX = 40_000_000
"""Scores of all folds that are in memory at once; with more, folds are solved in several lots."""


@dataclass(frozen=True, eq=False)
class StrengthPath:
    """Cross-validated score along the strengths of one normalisation of some of the features.

    Attributes:
        n_features: How many leading features are used.
        normalisation: "l2" or "standard".
        strengths: (m,) values of C, ascending.
        scores: (m, f) score of each fold.
    """

    n_features: int
    normalisation: Normalisation
    strengths: NDArray[np.float64]
    scores: NDArray[np.float64]

    def longer(self, strength: float, scores: Sequence[float]) -> StrengthPath:
        """With the (f,) scores of one more strength."""
        strengths, all_scores = np.append(self.strengths, strength), np.vstack([self.scores, scores])
        return replace(self, strengths=strengths, scores=all_scores)

    @property
    def means(self) -> NDArray[np.float64]:
        """(m,) mean over the folds."""
        return np.asarray(self.scores.mean(axis=1))

    @property
    def deviations(self) -> NDArray[np.float64]:
        """(m,) standard deviation over the folds."""
        return np.asarray(self.scores.std(axis=1))

    @property
    def best(self) -> int:
        """Position of the best mean; of equal ones the most regularised."""
        return int(np.argmax(self.means))

    @property
    def has_passed_its_best(self) -> bool:
        """Whether the scores have risen to a top and come down again, by more than their scatter.

        A level stretch is no top: with strong regularisation all samples are of the commonest class for a while.
        """
        means, best = self.means, self.best
        if len(means) <= best + _PATIENCE or not (means[best + 1 :] < means[best]).all():
            return False
        scatter = float(self.deviations[best]) / np.sqrt(max(self.scores.shape[1] - 1, 1))
        return bool(means[best] - means[0] > scatter or means[best] - means[-1] > 2 * scatter)


@dataclass(frozen=True, eq=False)
class Samples:
    """What a search is about: features (n, d), classes (n,) as codes, their number, and sample weights (n,)."""

    features: Array
    codes: NDArray[np.int64]
    n_classes: int
    weights: Array


class Walk:
    """Walks one path, and remembers the best point on it.

    Args:
        kind: Which head.
        samples: Data.
        folds: Folds.
        n_features: How many leading features to use.
        normalisation: Which normalisation.
        scoring: "accuracy" or "balanced_accuracy".

    Attributes:
        path: What was found.
        held_out_scores: (n, k) out-of-fold scores at the best strength.
        best_weights: (r + 1, f, k) the folds' heads at it, in the basis.
    """

    def __init__(
        self,
        kind: HeadKind,
        samples: Samples,
        folds: FoldTable,
        *,
        n_features: int,
        normalisation: Normalisation,
        scoring: str,
    ) -> None:
        self._kind = kind
        self._samples = samples
        self._folds = folds
        self._score_weights = _score_weights(samples, folds, scoring)
        self._mean, self._scale, rows = _normalised(samples.features[:, :n_features], normalisation)
        self._basis = Basis.of(rows, samples.weights, fit_intercept=True)
        self._loss, self._n_columns = build_loss(kind, samples.codes, samples.n_classes, rows.dtype)
        self._problems = self._lots()
        self.path = StrengthPath(n_features, normalisation, np.zeros(0), np.zeros((0, folds.n_folds)))
        self.held_out_scores = np.zeros((len(samples.codes), samples.n_classes), rows.dtype)
        self.best_weights: Array = np.zeros(0)

    def run(self, strengths: NDArray[np.float64], *, can_grow: bool) -> None:
        """Try the strengths in ascending order, until the best has been passed.

        Where the best is the last, `can_grow` allows to go on beyond it.
        """
        solutions = [problem.zero_solution(self._n_columns) for problem in self._problems]

        def tried(strength: float) -> StrengthPath:
            nonlocal solutions
            solutions = [
                problem.solve(strength, start, tolerance=PATH_TOLERANCE, n_iterations_max=PATH_ITERATIONS)
                for problem, start in zip(self._problems, solutions, strict=True)
            ]
            self._judge(strength, solutions)
            return self.path

        follow(tried, strengths, can_grow=can_grow)

    @property
    def turned(self) -> Array:
        """(n, r + 1) the normalised features in the basis in which they are fitted."""
        return self._basis.features

    @property
    def best_score(self) -> float:
        """Mean score at the best strength."""
        return float(self.path.means[self.path.best])

    @property
    def best_strength(self) -> float:
        """The best strength."""
        return float(self.path.strengths[self.path.best])

    def refitted(self, temperature: float) -> LinearHead:
        """The head for the best strength, fitted on all samples, beginning from the mean of the folds' heads."""
        problem = Problem.of(self._basis.features, self._loss, self._samples.weights[:, None])
        with limited_threads(self._samples.features):
            start = problem.started(self.best_weights.mean(axis=1, keepdims=True))
            solved = problem.solve(
                self.best_strength, start, tolerance=FINAL_TOLERANCE, n_iterations_max=FINAL_ITERATIONS
            )
        coef, intercept = self._basis.restored(solved.weights[:, 0, :])
        coef = coef / self._scale
        intercept = intercept - coef @ self._mean
        n_inputs = int(self._samples.features.shape[1])
        return head_of(self._kind, self.path.normalisation, coef, intercept, temperature=temperature, n_inputs=n_inputs)

    def _lots(self) -> list[Problem]:
        """The folds as problems, as many together as memory allows."""
        n_together = folds_together(len(self._samples.codes), self._n_columns)
        weights = self._folds.is_train * self._samples.weights[:, None]
        return [
            Problem.of(self._basis.features, self._loss, np.ascontiguousarray(weights[:, first : first + n_together]))
            for first in range(0, self._folds.n_folds, n_together)
        ]

    def _judge(self, strength: float, solutions: list[Solution]) -> None:
        """Score every fold on what it has not seen, and keep the point if it is the best so far."""
        fold_scores = []
        held_out = np.zeros_like(self.held_out_scores)
        fold = 0
        for solution in solutions:
            for place in range(solution.scores.shape[1]):
                rows = np.flatnonzero(self._folds.is_test[:, fold])
                scores = solution.scores[rows, place, :]
                held_out[rows] = scores = scores if self._n_columns > 1 else two_columns(scores[:, 0])
                is_right = scores.argmax(axis=1) == self._samples.codes[rows]
                fold_scores.append(float(np.average(is_right, weights=self._score_weights[rows, fold])))
                fold += 1
        self.path = self.path.longer(strength, fold_scores)
        if self.path.best == len(self.path.strengths) - 1:
            self.held_out_scores = held_out
            self.best_weights = np.concatenate([solution.weights for solution in solutions], axis=1)


def head_of(
    kind: HeadKind, normalisation: Normalisation, coef: Array, intercept: Array, *, temperature: float, n_inputs: int
) -> LinearHead:
    """The head that a fit gave.

    Args:
        kind: Which.
        normalisation: Of the rows; "standard" is part of the weights.
        coef: (k, d), or (1, d) for two classes.
        intercept: (k,) or (1,).
        temperature: Calibration.
        n_inputs: Features of a row that it takes.
    """
    if len(coef) == 1:
        coef, intercept = np.concatenate([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    return LinearHead(
        kind=kind,
        is_row_normalised=normalisation == "l2",
        coef=coef.astype(np.float32),
        intercept=intercept.astype(np.float32),
        temperature=temperature,
        n_inputs=n_inputs,
    )


def follow(tried: Callable[[float], StrengthPath], strengths: NDArray[np.float64], *, can_grow: bool) -> None:
    """Go along a path until its best has been passed.

    Args:
        tried: Tries a strength, beginning where the last one ended; returns the path so far.
        strengths: To try, in ascending order.
        can_grow: Whether to go on beyond the last, where that is the best.
    """
    remaining = sorted(float(strength) for strength in strengths)
    n_planned = len(remaining)
    while remaining:
        strength = remaining.pop(0)
        path = tried(strength)
        if path.has_passed_its_best:
            return
        n_tried = len(path.strengths)
        is_at_end = not remaining and path.best == n_tried - 1 and n_tried > 1
        if can_grow and is_at_end and n_tried < n_planned + _N_GROWTH:
            remaining.append(strength * strength / float(path.strengths[-2]))


def folds_together(n_samples: int, n_columns: int) -> int:
    """How many folds are solved in one lot, so that their scores find room in memory."""
    return max(1, _N_NUMBERS_MAX // max(n_samples * n_columns, 1))


def _normalised(features: Array, normalisation: Normalisation) -> tuple[Array, Array, Array]:
    """Mean and scale (d,) that were applied, and the normalised features."""
    n_features = features.shape[1]
    if normalisation == "l2":
        return np.zeros(n_features, features.dtype), np.ones(n_features, features.dtype), normalise_rows(features)
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale <= 10 * np.finfo(features.dtype).eps * np.abs(mean)] = 1  # constant but for rounding
    scale[scale == 0] = 1
    return mean, scale, (features - mean) / scale


def _score_weights(samples: Samples, folds: FoldTable, scoring: str) -> NDArray[np.float64]:
    """(n, f) how much each held-out sample counts in its fold's score."""
    weights = folds.is_test * np.ones((len(samples.codes), 1))
    if scoring == "balanced_accuracy":
        for fold in range(folds.n_folds):
            counts = np.bincount(samples.codes[folds.is_test[:, fold]], minlength=samples.n_classes)
            weights[:, fold] /= np.maximum(counts, 1)[samples.codes]
    return weights
