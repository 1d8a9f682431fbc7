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
        solutions: Of the folds, in lots, for the classes that have labels.
    """

    probabilities: NDArray[np.float64]
    solutions: tuple[Solution, ...]

    def select(self, rows: NDArray[np.int64]) -> Refit:
        """The same for some of the samples."""
        solutions = (replace(solution, scores=solution.scores[rows]) for solution in self.solutions)
        return Refit(self.probabilities[rows], tuple(solutions))


@dataclass(frozen=True, eq=False)
class FoldRefits:
    """Softmax heads of fixed normalisation and strength; the dear part, turning the features, is done already.

    Attributes:
        features: (n, r + 1) turned, from `Basis`.
        folds: Which samples each head is fitted on and asked about.
        n_classes: k; a class may have no label.
        strength: C.
    """

    features: Array
    folds: FoldTable
    n_classes: int
    strength: float

    @classmethod
    def like(cls, found: CrossValidation, fold_of: NDArray[np.int64], n_classes: int) -> Self:
        """For the samples of a cross-validation, with its best settings.

        Args:
            found: The cross-validation.
            fold_of: (n,) the folds of its samples.
            n_classes: k.
        """
        return cls(found.turned, FoldTable.of(fold_of), n_classes, found.strength)

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
            start: For labels that are mostly the same; used where they are of as many classes.
        """
        present, codes = np.unique(labels, return_inverse=True)
        dtype = self.features.dtype
        loss, n_columns = build_loss("softmax", codes, len(present), dtype)
        weights = self.folds.is_train.astype(dtype)
        if is_left_out is not None:
            weights[is_left_out] = 0
        solutions = self._solve(loss, n_columns, weights, () if start is None else start.solutions)
        (held_out,) = _held_out(solutions, [self.folds])
        found = np.zeros((len(labels), self.n_classes))
        found[:, present] = softmax(held_out / fit_temperature(held_out, codes))
        return Refit(found, tuple(solutions))

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

    def _solve(self, loss: Loss, n_columns: int, weights: Array, starts: Sequence[Solution] = ()) -> list[Solution]:
        """Solutions of the folds (n, f), in lots; starts are used where they fit."""
        n_together = folds_together(len(weights), n_columns)
        solutions = []
        for lot, first in enumerate(range(0, weights.shape[1], n_together)):
            problem = Problem.of(self.features, loss, np.ascontiguousarray(weights[:, first : first + n_together]))
            begun = problem.zero_solution(n_columns)
            if starts and starts[lot].weights.shape == begun.weights.shape:
                begun = starts[lot]
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
