"""The heads of a cross-validation's folds, fitted again for other labels of the same features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from regraft.heads.basis import Basis
from regraft.heads.calibration import fit_temperature, softmax
from regraft.heads.folds import FoldTable
from regraft.heads.objectives import build_loss, two_columns
from regraft.heads.solver import Problem
from regraft.heads.walk import normalised

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.heads.linear import Normalisation
    from regraft.heads.selection import CrossValidation

    Array = NDArray[Any]

_TOLERANCE = 1e-3
_N_ITERATIONS = 50


class FoldRefits:
    """Softmax heads of fixed normalisation and strength; turning the features, the dear part, is done once.

    Args:
        features: (n, d) float32 or float64.
        fold_of: (n,) the fold in which each sample is held out.
        normalisation: "l2" or "standard".
        strength: C.
    """

    def __init__(
        self, features: Array, fold_of: NDArray[np.int64], *, normalisation: Normalisation, strength: float
    ) -> None:
        _mean, _scale, rows = normalised(features, normalisation)
        self._basis = Basis.of(rows, np.ones(len(rows), rows.dtype), fit_intercept=True)
        self._folds = FoldTable.of(fold_of)
        self._strength = strength

    @classmethod
    def like(cls, found: CrossValidation, features: Array, fold_of: NDArray[np.int64]) -> Self:
        """With the best settings of a cross-validation.

        Args:
            found: The cross-validation.
            features: (n, d) of the same or other samples.
            fold_of: (n,) their folds.
        """
        chosen = found.chosen
        return cls(
            features[:, : chosen.n_features], fold_of, normalisation=chosen.normalisation, strength=found.strength
        )

    def probabilities(
        self, labels: NDArray[np.int64], n_classes: int, is_left_out: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """(n, n_classes) out of fold, calibrated; zeros for classes of no label.

        Args:
            labels: (n,) of at least two different values.
            n_classes: How many there may be.
            is_left_out: (n,) samples that no head is fitted on; None for none.
        """
        present, codes = np.unique(labels, return_inverse=True)
        dtype = self._basis.features.dtype
        loss, n_columns = build_loss("softmax", codes, len(present), dtype)
        weights = self._folds.is_train.astype(dtype)
        if is_left_out is not None:
            weights[is_left_out] = 0
        problem = Problem.of(self._basis.features, loss, weights)
        start = problem.zero_solution(n_columns)
        solved = problem.solve(self._strength, start, tolerance=_TOLERANCE, n_iterations_max=_N_ITERATIONS)
        held_out = solved.scores[np.nonzero(self._folds.is_test)]
        scores = (held_out if n_columns > 1 else two_columns(held_out[:, 0])).astype(np.float64)
        found = np.zeros((len(labels), n_classes))
        found[:, present] = softmax(scores / fit_temperature(scores, codes))
        return found
