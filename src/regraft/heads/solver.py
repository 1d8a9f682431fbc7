"""Many regularised linear problems over the same features, solved together.

Minimises, for every problem p,   1/2 |w_p|^2 + sum_i s_ip loss(x_i w_p, y_i)   by L-BFGS (Nocedal & Wright 2006,
algorithm 7.4) with the diagonal of the averaged Hessian as preconditioner. All problems share one pair of matrix
products an iteration; each has its own step length and stops by itself. Because scores are linear in the weights, the
line search costs no matrix product at all. Along a path of strengths a quadratic loss hands its steps on: what was
learnt of the curvature at one strength holds, rescaled, at the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.heads.step_memory import CURVATURE_MIN, StepMemory

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from regraft.heads.losses import Loss

    Array = NDArray[Any]

SUFFICIENT = 1e-4
"""A step must bring this part of what the slope promises (Nocedal & Wright 2006, eq. 3.4)."""
_N_HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the solver stopped.

    Attributes:
        weights: (r + 1, f, k), the last row the intercepts.
        scores: (n, f, k), of all samples, also of those with weight zero.
        n_iterations: Gradients that were computed.
        is_converged: Whether every problem met the tolerance.
        strength: The strength C that it is for.
        pairs: The last steps, and how the gradient changed along each; only where that says something about other
            strengths.
        scaling: (f, k or 1) of the preconditioner (`StepMemory.scaling`).
    """

    weights: Array
    scores: Array
    n_iterations: int
    is_converged: bool
    strength: float = 1.0
    pairs: tuple[tuple[Array, Array], ...] = ()
    scaling: Array | float = 1.0


@dataclass(frozen=True, eq=False)
class Problem:
    """Features, loss and sample weights of f problems.

    Attributes:
        features: (n, r + 1) from `Basis`.
        loss: With its targets.
        weights: (n, f) sample weights, without the strength; zero for held-out samples.
        moments: (r + 1, f) weighted squares of the columns.
    """

    features: Array
    loss: Loss
    weights: Array
    moments: Array

    @classmethod
    def of(cls, features: Array, loss: Loss, weights: Array) -> Problem:
        """Prepare problems."""
        return cls(features, loss, weights, np.square(features).T @ weights)

    def solve(self, strength: float, start: Solution, *, tolerance: float, n_iterations_max: int) -> Solution:
        """Minimise for one strength C (each sample's weight is multiplied by it).

        Args:
            strength: C > 0.
            start: A solution for another strength, `started`, or `zero_solution`.
            tolerance: A problem is solved when the decrease that a Newton-like step predicts is less than this part
                of the objective.
            n_iterations_max: At most so many steps.
        """
        return _Descent(self, strength, start).run(tolerance, n_iterations_max)

    def started(self, weights: Array) -> Solution:
        """To begin from weights (r + 1, f, k) that solve something like it."""
        scores = self.features @ weights.reshape(len(weights), -1)
        return Solution(weights, scores.reshape(-1, *weights.shape[1:]), 0, is_converged=False)

    def zero_solution(self, n_columns: int) -> Solution:
        """All weights zero."""
        n_samples, n_rows = self.features.shape
        n_problems = self.weights.shape[1]
        dtype = self.features.dtype
        return Solution(
            np.zeros((n_rows, n_problems, n_columns), dtype),
            np.zeros((n_samples, n_problems, n_columns), dtype),
            0,
            is_converged=True,
        )


class _Descent:
    """The state of one minimisation; arrays over (rows, f, k), numbers of a problem over (f, k) or (f, 1)."""

    def __init__(self, problem: Problem, strength: float, start: Solution) -> None:
        self.features = problem.features
        self.loss = problem.loss
        self.sample_weights = (problem.weights * strength).astype(self.features.dtype)
        self.moments = problem.moments * strength
        self.weights = start.weights.copy()
        self.scores = start.scores
        self.penalised = np.ones((len(self.weights), 1, 1), self.features.dtype)
        self.penalised[-1] = 0
        self.strength = strength
        self.memory = StepMemory(self.penalised, self.loss.reduced, start.scaling)
        self.memory.carry_over(start.pairs, strength / start.strength)

    def run(self, tolerance: float, n_iterations_max: int) -> Solution:
        value = self._value(self.weights, self.scores)
        gradient, curvature = self._gradient()
        n_iterations = 1
        is_open = np.ones(value.shape, np.bool_)
        while n_iterations <= n_iterations_max:
            diagonal = self.moments[:, :, None] * np.maximum(curvature, CURVATURE_MIN) + self.penalised
            direction = -self.memory.newton_like(gradient, diagonal)
            slope = self.memory.inner(gradient, direction)
            is_open &= -slope > 2 * tolerance * np.maximum(value, np.finfo(np.float64).tiny)
            if not is_open.any():
                break
            step, value = self._search(direction, slope * is_open, value)
            is_open &= step > 0
            taken = direction * step.astype(direction.dtype)
            self.weights += taken
            before = gradient
            gradient, curvature = self._gradient()
            self.memory.remember(taken, gradient - before)
            n_iterations += 1
        pairs = self.memory.pairs if self.loss.is_quadratic else ()
        is_converged = not is_open.any()
        return Solution(
            self.weights, self.scores, n_iterations, is_converged, self.strength, pairs, self.memory.scaling
        )

    def _value(self, weights: Array, scores: Array) -> Array:
        penalty: Array = 0.5 * self.memory.inner(weights * self.penalised, weights)
        return penalty + self.loss.value(scores, self.sample_weights)

    def _gradient(self) -> tuple[Array, Array]:
        residual, curvature = self.loss.residual(self.scores, self.sample_weights)
        flat = self.features.T @ residual.reshape(len(residual), -1)
        gradient: Array = flat.reshape(self.weights.shape) + self.weights * self.penalised
        return gradient, curvature

    def _search(self, direction: Array, slope: Array, value: Array) -> tuple[Array, Array]:
        """Backtracking on the scores' line; returns steps, 0 where none helps or the slope is 0, and new values."""
        flat = self.features @ direction.reshape(len(direction), -1)
        score_direction = flat.reshape(self.scores.shape)
        along = self.memory.inner(self.weights * self.penalised, direction)
        across = self.memory.inner(direction * self.penalised, direction)
        penalty = 0.5 * self.memory.inner(self.weights * self.penalised, self.weights)
        slack = 4 * np.finfo(self.features.dtype).eps * value  # rounding must not stop the search
        step = np.where(slope < 0, 1.0, 0.0)
        for _ in range(_N_HALVINGS):
            scores = self.scores + score_direction * step.astype(self.scores.dtype)
            reached = self.loss.value(scores, self.sample_weights) + penalty + step * along + 0.5 * step**2 * across
            is_too_far = reached > value + SUFFICIENT * step * slope + slack
            if not is_too_far.any():
                break
            with np.errstate(all="ignore"):  # where it is too far the excess is positive, perhaps infinite
                parabola = -slope * step**2 / (2 * (reached - value - step * slope))
            step = np.where(is_too_far, np.maximum(parabola, 0.1 * step), step)
        else:
            step, reached = np.where(is_too_far, 0.0, step), np.where(is_too_far, value, reached)
            scores = self.scores + score_direction * step.astype(self.scores.dtype)
        self.scores = scores
        return step, reached
