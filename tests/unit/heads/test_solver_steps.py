"""The solver's steps, on parabolas whose minimum is known: how long they are, what they cost, what they hand on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest

from regraft.heads.solver import Problem

N, D = 40, 4


@dataclass
class Parabola:
    """1/2 true (z - target)^2 + offset, which may be wrong about its curvature, and has a wall, for scores above it."""

    true: float
    claimed: float
    offset: float = 0.0
    target: float | np.ndarray = 1.0
    wall: float | np.ndarray = np.inf
    n_gradients: int = 0
    n_values: int = 0
    dtypes: set[np.dtype] = field(default_factory=set)
    reduced: ClassVar[tuple[int, ...]] = (0,)
    is_quadratic: ClassVar[bool] = True

    def value(self, scores, weights):
        self.n_values += 1
        self.dtypes |= {scores.dtype, weights.dtype}
        heights = 0.5 * self.true * (scores - self.target) ** 2 + self.offset
        heights[scores > self.wall] = np.inf
        return np.where(weights, heights[:, :, 0] * weights, 0).sum(axis=0, dtype=np.float64)[:, None]

    def residual(self, scores, weights):
        self.n_gradients += 1
        self.dtypes |= {scores.dtype, weights.dtype}
        curvature = np.full(scores.shape[1:], self.claimed, scores.dtype)
        return self.true * (scores - self.target) * weights[:, :, None], curvature

    def problem(self, *weights, dtype=np.float64):
        """Of one feature that is 1, without an intercept: the objectives are 1/2 w^2 + C weight loss(w)."""
        return Problem.of(np.array([[1, 0]], dtype), self, np.array([weights or [1]], dtype))

    def solve(self, tolerance, n_iterations_max=50, *, strength=1.0, start=0.0):
        problem = self.problem()
        zero = problem.zero_solution(1)
        begin = replace(zero, weights=np.array([[[start]], [[0.0]]]), scores=np.array([[[start]]]))
        return problem.solve(strength, begin, tolerance=tolerance, n_iterations_max=n_iterations_max)


def quadratic_problem(features, claimed=2.0):
    """Least squares: the averaged Hessian's diagonal is the true one's, but not the whole."""
    loss = Parabola(true=2.0, claimed=claimed, target=np.sin(np.arange(N))[:, None, None])
    return Problem.of(features, loss, np.ones((N, 1)))


def test_a_step_that_hardly_helps_is_shortened():
    """A full step to the mirror image of the start gains a trifle; the parabola through it leads to the minimum."""
    half = (1 + 3.0) / 2  # of the curvature: the step is twice as long as it should be
    found = Parabola(true=3.0, claimed=half * (1 + 5e-5) - 1).solve(1e-9, n_iterations_max=1)
    assert found.weights[0, 0, 0] == pytest.approx(3 / 4, rel=1e-3)
    longer = Parabola(true=3.0, claimed=half * (1 + 5e-4) - 1).solve(1e-9, n_iterations_max=1)
    assert longer.weights[0, 0, 0] == pytest.approx(3 / 2, rel=1e-2), "a step that gains enough is taken as it is"


@pytest.mark.parametrize(("times", "n_values"), [(4, 3), (30, 4), (400, 5)])
@pytest.mark.parametrize("target", [1.0, 1e-6])
def test_a_step_far_too_long_is_cut_to_a_tenth_at_a_time(times, n_values, target):
    """The parabola's minimum is believed only where it is no less than a tenth of the step; then it is the minimum."""
    loss = Parabola(true=1e4 - 1, claimed=1e4 / times - 1, target=target)
    found = loss.solve(1e-9, n_iterations_max=1)
    assert found.weights[0, 0, 0] == pytest.approx((1 - 1e-4) * target, rel=1e-6)
    assert loss.n_values == n_values


def test_a_step_over_the_wall_comes_back():
    """Where the objective is infinite a tenth of the step is tried; the search goes on from there."""
    found = Parabola(true=3.0, claimed=3.0, wall=0.5).solve(1e-9, n_iterations_max=1)
    assert found.weights[0, 0, 0] == pytest.approx(0.075)
    assert found.scores[0, 0, 0] == pytest.approx(0.075)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_where_no_shorter_step_helps_nothing_moves(dtype):
    """A problem at the foot of a wall ends where it began; the one beside it goes on to its minimum, at its pace."""
    loss = Parabola(true=3.0, claimed=1.1, wall=np.array([[[np.inf], [0.0]]]))
    problem = loss.problem(1, 1, dtype=dtype)
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-6, n_iterations_max=50)
    assert found.weights[0, :, 0] == pytest.approx([3 / 4, 0], rel=1e-3)
    assert found.scores[0, :, 0] == pytest.approx([3 / 4, 0], rel=1e-3)
    assert found.weights[0, 1, 0] == 0
    assert found.is_converged
    alone = Parabola(true=3.0, claimed=1.1).solve(1e-6)
    assert found.n_iterations == alone.n_iterations
    assert found.scores.dtype == dtype


@pytest.mark.parametrize(("strength", "start"), [(1.0, 0.0), (0.25, 0.0), (4.0, 3.0)])
def test_the_tolerance_is_a_part_of_the_objective(strength, start):
    """With the true curvature the predicted decrease is the whole distance to the minimum; it counts in parts of it."""
    true, offset = 3.0, 10.0

    def value(w):
        return 0.5 * w**2 + strength * (0.5 * true * (w - 1) ** 2 + offset)

    best = strength * true / (1 + strength * true)
    part = (value(start) - value(best)) / value(start)
    assert Parabola(true, true, offset).solve(part * 1.001, strength=strength, start=start).n_iterations == 1
    found = Parabola(true, true, offset).solve(part * 0.999, strength=strength, start=start)
    assert found.n_iterations == 2
    assert found.is_converged
    assert found.weights[0, 0, 0] == pytest.approx(best)
    assert found.scores[0, 0, 0] == pytest.approx(best)


def test_at_the_minimum_nothing_is_left_to_do():
    """With no tolerance at all a problem is done where its gradient is zero."""
    found = Parabola(true=3.0, claimed=3.0).solve(0.0)
    assert (found.n_iterations, found.is_converged, found.weights[0, 0, 0]) == (2, True, 0.75)


@pytest.mark.parametrize(("claimed", "n_values"), [(3.0, 2), (0.2, 3)])
def test_a_problem_without_samples_costs_nothing(claimed, n_values):
    """A fold in which all weights are zero is solved from the start, and makes no search longer, also one that cuts."""
    loss = Parabola(true=3.0, claimed=claimed)
    problem = loss.problem(1, 0)
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    assert found.weights[0, :, 0] == pytest.approx([0.75, 0])
    assert (found.n_iterations, loss.n_values) == (2, n_values)


def test_iterations_are_gradients(features):
    """What is counted are the computations of a gradient, the first one included."""
    problem = quadratic_problem(features)
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    assert found.n_iterations == problem.loss.n_gradients > 2


def test_a_flat_loss_gives_no_endless_step():
    """Where a loss says that it has no curvature, a little is assumed."""
    x = 1e-3
    problem = Problem.of(np.array([[0.0, x]]), Parabola(true=1e-6, claimed=0.0), np.ones((1, 1)))
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=0.0, n_iterations_max=1)
    assert found.weights[1, 0, 0] == pytest.approx(1e-6 * x / (x**2 * 1e-4))


@pytest.mark.parametrize("tolerance", [0.1, 1e-5])
def test_tiny_numbers_in_single_precision(tolerance):
    """Products that single precision cannot hold are computed in double: sizes of 1e-20 are as good as others."""
    found = []
    for size in (1.0, 1e-20):
        problem = Parabola(true=3.0, claimed=5.0, target=size).problem(dtype=np.float32)
        found.append(problem.solve(1.0, problem.zero_solution(1), tolerance=tolerance, n_iterations_max=50))
    assert found[0].n_iterations == found[1].n_iterations > 1
    np.testing.assert_allclose(found[1].weights * 1e20, found[0].weights, rtol=1e-3)


def test_the_loss_sees_the_precision_of_the_features(features):
    """Scores, weights and steps are float32 where features are, also for a strength that is one of NumPy's numbers."""
    loss = Parabola(true=2.0, claimed=2.0, target=np.float32(3))
    problem = Problem.of(features.astype(np.float32), loss, np.ones((N, 1), np.float32))
    found = problem.solve(np.float64(1.0), problem.zero_solution(1), tolerance=1e-5, n_iterations_max=50)
    assert loss.dtypes == {np.dtype(np.float32)}
    assert {array.dtype for pair in found.pairs for array in pair} == {np.dtype(np.float32)}


def test_a_step_says_at_another_strength_what_holds_there(features):
    """Of a quadratic, the change of the gradient along a step is the Hessian's of the new strength times the step."""
    problem = quadratic_problem(features)
    first = problem.solve(0.5, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    again = problem.solve(4.0, first, tolerance=1e-9, n_iterations_max=0)
    assert len(again.pairs) == len(first.pairs) > 1
    penalised = np.diag([1.0] * D + [0.0])
    for (moved, changed), (former, _changed) in zip(again.pairs, first.pairs, strict=True):
        np.testing.assert_array_equal(moved, former)
        hessian = penalised + 4.0 * 2.0 * features.T @ features
        np.testing.assert_allclose(changed[:, 0], hessian @ moved[:, 0], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("strength", [0.002, 4.0])
def test_steps_that_say_all_lead_to_the_minimum_at_once(features, strength):
    """Steps along the Hessian's axes hold its whole inverse: however wrong the diagonal, one more step is enough."""
    centred = features - features.mean(axis=0) * [*[1] * D, 0]
    problem = quadratic_problem(centred, claimed=0.3)
    penalised, curved = np.diag([1.0] * D + [0.0]), 2 * centred.T @ centred
    axes = np.linalg.eigh(curved)[1].T[:, :, None, None]
    known = 0.002
    pairs = tuple((axis, np.tensordot(penalised + known * curved, axis, 1)) for axis in axes)
    start = replace(problem.zero_solution(1), strength=known, pairs=pairs)
    found = problem.solve(strength, start, tolerance=1e-9, n_iterations_max=50)
    best = np.linalg.solve(penalised + strength * curved, strength * 2 * centred.T @ np.sin(np.arange(N)))
    np.testing.assert_allclose(found.weights[:, 0, 0], best, rtol=1e-6, atol=1e-9)
    assert found.n_iterations == 2


def test_a_diagonal_that_is_far_off_is_scaled_as_the_last_step_says(features):
    """The next minimisation begins with what this one learnt, and cuts fewer steps."""
    problem = quadratic_problem(features, claimed=0.02)
    loss = problem.loss
    first = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    assert first.is_converged
    assert loss.n_values == first.n_iterations + 3, "what is a hundredth of the curvature takes cuts to find out"
    n_values = []
    for scaling in (first.scaling, 1.0):
        loss.n_values = 0
        start = replace(first, pairs=(), scaling=scaling)
        assert problem.solve(1.5, start, tolerance=1e-9, n_iterations_max=50).is_converged
        n_values.append(loss.n_values)
    assert n_values[0] < n_values[1]


def test_a_step_straight_to_the_minimum_is_taken_at_once(features):
    """One pair is believed wholly: a gradient like the change that it tells of is answered by its step."""
    problem = quadratic_problem(features, claimed=0.3)
    hessian = np.diag([1.0] * D + [0.0]) + 2 * features.T @ features
    best = np.linalg.solve(hessian, 2 * features.T @ np.sin(np.arange(N)))
    pair = best[:, None, None], (hessian @ best)[:, None, None]
    found = problem.solve(1.0, replace(problem.zero_solution(1), pairs=(pair,)), tolerance=1e-9, n_iterations_max=50)
    np.testing.assert_allclose(found.weights[:, 0, 0], best, rtol=1e-9)
    assert found.n_iterations == 2


def test_a_step_that_changed_no_gradient_says_nothing(features):
    """A pair along which the gradient hardly changes, or grows the wrong way, is as good as none."""
    problem = quadratic_problem(features)
    settings = {"tolerance": 1e-9, "n_iterations_max": 50}
    zero = problem.zero_solution(1)
    without = problem.solve(1.0, zero, **settings)
    moved = np.ones((D + 1, 1, 1))
    for factor in (1e-13, 0.0, -1.0):
        found = problem.solve(1.0, replace(zero, pairs=((moved, factor * moved),)), **settings)
        np.testing.assert_array_equal(found.weights, without.weights)
