"""The heads of a cross-validation's folds, fitted again for other labels of the same features."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from regraft.heads.calibration import fit_temperature, softmax
from regraft.heads.folds import FoldTable
from regraft.heads.objectives import build_loss, two_columns
from regraft.heads.solver import Problem
from regraft.heads.threads import limited_threads
from regraft.heads.walk import folds_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.heads.losses import Loss
    from regraft.heads.selection import CrossValidation
    from regraft.heads.solver import Solution

    Array = NDArray[Any]

_TOLERANCE = 1e-3
_N_ITERATIONS = 50


@dataclass(frozen=True, eq=False)
class Refit:
    """What heads say of samples that they were not fitted on.

    Attributes:
        probabilities: (n, k) calibrated; zeros for classes of no label.
        weights: (r + 1, f, c) of the folds' heads, for the classes that have labels; one column for two.
        n_iterations: Gradients that were computed.
        is_known: (n, k) whether the head that was asked about a sample had been fitted on any of a class.
    """

    probabilities: NDArray[np.float64]
    weights: Array
    n_iterations: int
    is_known: NDArray[np.bool_]

    def select(self, rows: NDArray[np.int64]) -> Refit:
        """The same for some of the samples."""
        return replace(self, probabilities=self.probabilities[rows], is_known=self.is_known[rows])

    def knows(self, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether the class that a sample is labelled as is known to the head that was asked about it."""
        known: NDArray[np.bool_] = self.is_known[np.arange(len(labels)), labels]
        return known


@dataclass(frozen=True, eq=False)
class FoldRefits:
    """Softmax heads of fixed normalisation and strength; the dear part, turning the features, is done already.

    Attributes:
        features: (n, r + 1) turned, from `Basis`.
        folds: Which samples each head is fitted on and asked about.
        n_classes: k; a class may have no label.
        strength: C.
        weights: (r + 1, f, c) heads of labels that are mostly the same, from which to begin.
    """

    features: Array
    folds: FoldTable
    n_classes: int
    strength: float
    weights: Array

    @classmethod
    def like(cls, found: CrossValidation, n_classes: int) -> Self:
        """For the samples and folds of a cross-validation, with its best settings.

        They begin where it ended: it came to its strength by steps, and a head of little regularisation that begins at
        zero is far from its end when its iterations are over.
        """
        return cls(found.turned, found.folds, n_classes, found.strength, found.weights)

    def select(self, rows: NDArray[np.int64]) -> FoldRefits:
        """For some of the samples."""
        folds = FoldTable(self.folds.is_train[rows], self.folds.is_test[rows])
        return replace(self, features=self.features[rows], folds=folds)

    def fit(
        self, labels: NDArray[np.int64], *, is_left_out: NDArray[np.bool_] | None = None, start: Refit | None = None
    ) -> Refit:
        """Fit to other labels.

        Args:
            labels: (n,) of at least two different values.
            is_left_out: (n,) samples that no head is fitted on; None for none.
            start: For labels that are nearer than those of `weights`; used where they are of as many classes.
        """
        present, codes = np.unique(labels, return_inverse=True)
        dtype = self.features.dtype
        loss, n_columns = build_loss("softmax", codes, len(present), dtype)
        is_used = self.folds.is_train if is_left_out is None else self.folds.is_train & ~is_left_out[:, None]
        start_weights = self.weights if start is None else start.weights
        solutions = self._solve(loss, n_columns, is_used.astype(dtype), start_weights)
        (held_out,) = _held_out(solutions, [self.folds])
        found = np.zeros((len(labels), self.n_classes))
        found[:, present] = softmax(held_out / fit_temperature(held_out, codes))
        solved = np.concatenate([solution.weights for solution in solutions], axis=1)
        n_iterations = sum(solution.n_iterations for solution in solutions)
        return Refit(found, solved, n_iterations, self._known(labels, is_used))

    def predict(self, labels: NDArray[np.int64], deals: Sequence[FoldTable]) -> NDArray[np.int64]:
        """What heads on other folds say, all of them fitted together: (m, n) labels of m deals of the samples.

        Args:
            labels: (n,) of at least two different values.
            deals: m ways to deal the samples into folds, each sample into one.
        """
        present, codes = np.unique(labels, return_inverse=True)
        loss, n_columns = build_loss("softmax", codes, len(present), self.features.dtype)
        weights = np.hstack([deal.is_train for deal in deals]).astype(self.features.dtype)
        solutions = self._solve(loss, n_columns, weights)
        predicted: NDArray[np.int64] = present[np.argmax(_held_out(solutions, deals), axis=2)]
        return predicted

    def _known(self, labels: NDArray[np.int64], is_used: NDArray[np.bool_]) -> NDArray[np.bool_]:
        known = np.zeros((len(labels), self.n_classes), np.bool_)
        for is_train, is_test in zip(is_used.T, self.folds.is_test.T, strict=True):
            known[is_test] = np.bincount(labels[is_train], minlength=self.n_classes) > 0
        return known

    def _solve(self, loss: Loss, n_columns: int, sample_weights: Array, start: Array | None = None) -> list[Solution]:
        """Solutions of the folds (n, f), in lots; begun from weights (r + 1, f, c) where they fit."""
        n_folds = sample_weights.shape[1]
        n_together = folds_together(len(sample_weights), n_columns)
        solutions = []
        for first in range(0, n_folds, n_together):
            lot = slice(first, first + n_together)
            problem = Problem.of(self.features, loss, np.ascontiguousarray(sample_weights[:, lot]))
            begun = problem.zero_solution(n_columns)
            if start is not None and start.shape[1:] == (n_folds, n_columns):
                begun = problem.started(start[:, lot])
            with limited_threads(self.features):
                solved = problem.solve(self.strength, begun, tolerance=_TOLERANCE, n_iterations_max=_N_ITERATIONS)
            solutions.append(solved)
        return solutions


def _held_out(solutions: Sequence[Solution], deals: Sequence[FoldTable]) -> list[NDArray[np.float64]]:
    """(n, k) scores of each sample by the head of its own fold, for each deal."""
    heads = (scores for solution in solutions for scores in solution.scores.swapaxes(0, 1))
    found = []
    for deal in deals:
        held_out = np.zeros((len(deal.is_test), solutions[0].scores.shape[2]))
        for is_test in deal.is_test.T:
            held_out[is_test] = next(heads)[is_test]
        found.append(held_out if held_out.shape[1] > 1 else two_columns(held_out[:, 0]))
    return found
