"""L-BFGS for rows that are streamed: one pass a step, and no score is kept.

`solver` looks along its direction on scores that it keeps, n x f x k of them. Here each pass tries one point for every
problem that is still open, and tells loss and gradient there. Where the loss is as low as the slope promised, the
problem moves on to it; where it is not, it stays, but has learnt the curvature on the way: the next try from the same
point has a better direction, and half the length. A step costs two matrix products, as many as where scores are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.heads.peers import of_first
from regraft.heads.solver import SUFFICIENT
from regraft.heads.step_memory import CURVATURE_MIN, StepMemory

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from regraft.heads.streamed_passes import Measured, StreamedSamples

    Array = NDArray[Any]

_LENGTH_MIN = 2.0**-20
"""Of a step, before a problem is left where it is: rounding hides what is to be gained."""


@dataclass(frozen=True, eq=False)
class StreamedSolution:
    """Where the solver stopped, and what it knows there: at another strength it goes on without a pass.

    Attributes:
        weights: (d + 1, f, k) in the basis, the last row the intercepts.
        measured: There.
        n_passes: That were made.
        is_converged: Whether every problem met the tolerance.
        strength: The strength C that it is for.
        pairs: As in `Solution`.
        scaling: As in `Solution`.
    """

    weights: Array
    measured: Measured
    n_passes: int
    is_converged: bool
    strength: float = 1.0
    pairs: tuple[tuple[Array, Array], ...] = ()
    scaling: Array | float = 1.0


@dataclass(frozen=True, eq=False)
class StreamedProblem:
    """f problems on the same rows.

    Attributes:
        samples: Rows, labels, weights.
        is_train: (n, f) on which rows each is fitted.
    """

    samples: StreamedSamples
    is_train: NDArray[np.bool_]

    def started(self, weights: Array) -> StreamedSolution:
        """To begin from weights (d + 1, f, k), in one pass."""
        weights = of_first(self.samples.peers, weights)
        return StreamedSolution(weights, self.samples.measure(weights, self.is_train), 1, is_converged=False)

    def zero_solution(self) -> StreamedSolution:
        """All weights zero."""
        n_rows = len(self.samples.basis.scale) + 1
        dtype = self.samples.basis.scale.dtype
        return self.started(np.zeros((n_rows, self.is_train.shape[1], self.samples.n_columns), dtype))

    def solve(
        self, strength: float, start: StreamedSolution, *, tolerance: float, n_passes_max: int
    ) -> StreamedSolution:
        """Minimise for one strength C.

        Args:
            strength: C > 0.
            start: A solution for another strength, or `started`.
            tolerance: As for `Problem.solve`.
            n_passes_max: At most so many.
        """
        return _Descent(self, strength, start).run(tolerance, n_passes_max)


class _Descent:
    """The state of one minimisation."""

    def __init__(self, problem: StreamedProblem, strength: float, start: StreamedSolution) -> None:
        self._problem = problem
        self._strength = strength
        self._weights, self._measured = start.weights, start.measured
        dtype = start.weights.dtype
        self._penalised = np.ones((len(start.weights), 1, 1), dtype)
        self._penalised[-1] = 0
        self._is_quadratic = problem.samples.kind == "svm"
        reduced = (0, 2) if start.measured.loss.shape[1] == 1 else (0,)
        self._memory = StepMemory(self._penalised, reduced, start.scaling)
        self._memory.carry_over(start.pairs, strength / start.strength)
        squares = np.append(problem.samples.basis.mean_squares, 1).astype(dtype)
        totals = start.measured.sample_weight * strength
        self._moments = (squares[:, None] * totals).astype(dtype)[:, :, None]

    def run(self, tolerance: float, n_passes_max: int) -> StreamedSolution:
        value, gradient = self._at(self._weights, self._measured)
        is_open = np.ones(value.shape, np.bool_)
        length = np.ones(value.shape)
        slack = 4 * np.finfo(gradient.dtype).eps
        for n_passes in range(n_passes_max + 1):
            direction = -self._memory.newton_like(gradient, self._diagonal())
            slope = self._memory.inner(gradient, direction)
            is_open &= -slope > 2 * tolerance * np.maximum(value, np.finfo(np.float64).tiny)
            is_open &= length > _LENGTH_MIN
            is_open = of_first(self._problem.samples.peers, is_open.astype(np.float64)) > 0
            if not is_open.any() or n_passes == n_passes_max:
                break
            step = np.where(is_open, length, 0.0)
            tried, measured = self._try(direction * step.astype(direction.dtype), is_open)
            reached, gradient_there = self._at(tried, measured)
            is_taken = is_open & (reached <= value + SUFFICIENT * step * slope + slack * value)
            self._memory.remember(tried - self._weights, gradient_there - gradient)
            length = np.where(is_taken, np.minimum(2 * length, 1), length / 2)
            value = np.where(is_taken, reached, value)
            gradient = np.where(is_taken, gradient_there, gradient)
            self._weights = np.where(is_taken, tried, self._weights)
            self._measured = self._measured.where(is_taken, measured)
        pairs = self._memory.pairs if self._is_quadratic else ()
        is_converged = not is_open.any()
        return StreamedSolution(
            self._weights, self._measured, n_passes, is_converged, self._strength, pairs, self._memory.scaling
        )

    def _at(self, weights: Array, measured: Measured) -> tuple[Array, Array]:
        """Objective of each problem, and its gradient."""
        penalty = 0.5 * self._memory.inner(weights * self._penalised, weights)
        gradient = weights * self._penalised + measured.gradient * weights.dtype.type(self._strength)
        return penalty + self._strength * measured.loss, gradient

    def _diagonal(self) -> Array:
        return np.asarray(self._moments * np.maximum(self._measured.curvature, CURVATURE_MIN) + self._penalised)

    def _try(self, moved: Array, is_open: NDArray[np.bool_]) -> tuple[Array, Measured]:
        """Measure open problems where they would move to; folds of which none is open are left out of the pass."""
        problem = self._problem
        tried = of_first(problem.samples.peers, self._weights + moved)
        folds = np.flatnonzero(is_open.any(axis=1))
        found = problem.samples.measure(np.ascontiguousarray(tried[:, folds]), problem.is_train[:, folds])
        return tried, self._measured.with_folds(folds, found)
