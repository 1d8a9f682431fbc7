from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from scipy.optimize import minimize

from regraft.heads.objectives import build_loss
from regraft.heads.solver import Problem

EXACT = {"tolerance": 1e-13, "n_iterations_max": 500}
N, D = 40, 4


@pytest.fixture
def features():
    """(N, D + 1) of unequal scale, the last column ones."""
    rng = np.random.default_rng(0)
    return np.hstack([rng.normal(size=(N, D)) * [3, 1, 0.5, 0.1] + 0.2, np.ones((N, 1))])


@pytest.fixture
def fold_weights():
    """(N, 2): two problems that each leave out some samples and weigh the others unequally."""
    weights = np.random.default_rng(1).uniform(0.5, 2, (N, 2))
    weights[::3, 0] = weights[1::4, 1] = 0
    return weights


def codes_of(k):
    return np.random.default_rng(2).integers(0, k, N)


def objective(kind, k, features, weights, strength):
    """Of one problem, as it is written down: 1/2 |w|^2 + C sum of weighted losses; two classes have one column."""
    codes = codes_of(k)

    def value(flat):
        solution = flat.reshape(features.shape[1], -1)
        scores = features @ solution
        if kind == "svm":
            signs = np.where(codes[:, None] == (np.arange(k) if k > 2 else 1), 1, -1)
            losses = (np.maximum(0, 1 - signs * scores) ** 2).sum(axis=1)
        else:
            scores = scores if k > 2 else np.hstack([np.zeros((N, 1)), scores])
            losses = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(N), codes]
        return 0.5 * (solution[:-1] ** 2).sum() + strength * (weights * losses).sum()

    return value


@pytest.mark.parametrize(("kind", "k"), [("softmax", 2), ("softmax", 3), ("svm", 2), ("svm", 3)])
@pytest.mark.parametrize("strength", [0.01, 5.0])
def test_the_minimum_is_the_one_that_a_general_minimiser_finds(features, fold_weights, kind, k, strength):
    """Every problem ends where scipy's BFGS ends on the written objective, whatever the strength and the loss."""
    loss, n_columns = build_loss(kind, codes_of(k), k, np.float64)
    problem = Problem.of(features, loss, fold_weights)
    solved = problem.solve(strength, problem.zero_solution(n_columns), **EXACT)
    assert solved.is_converged
    assert solved.strength == strength
    np.testing.assert_allclose(solved.scores, np.einsum("nd,dfk->nfk", features, solved.weights), atol=1e-9)
    for fold in range(2):
        value = objective(kind, k, features, fold_weights[:, fold], strength)
        best = minimize(value, np.zeros((D + 1) * n_columns), method="BFGS")
        ours = solved.weights[:, fold, :].ravel()
        assert value(ours) <= best.fun + 1e-9 * abs(best.fun)
        np.testing.assert_allclose(ours, best.x, atol=1e-3 * max(np.abs(best.x).max(), 0.1))


@pytest.mark.parametrize(("kind", "k"), [("softmax", 3), ("svm", 3), ("softmax", 2)])
def test_problems_solved_together_are_those_solved_alone(features, fold_weights, kind, k):
    """A problem that is done waits for the others without moving; none takes another's step length."""
    fold_weights[:, 1] *= 100
    loss, n_columns = build_loss(kind, codes_of(k), k, np.float64)
    settings = {"tolerance": 1e-4, "n_iterations_max": 200}
    both = Problem.of(features, loss, fold_weights)
    together = both.solve(1.0, both.zero_solution(n_columns), **settings)
    counts = []
    for fold in range(2):
        one = Problem.of(features, loss, fold_weights[:, [fold]])
        alone = one.solve(1.0, one.zero_solution(n_columns), **settings)
        np.testing.assert_allclose(together.weights[:, [fold]], alone.weights, rtol=1e-9, atol=1e-12)
        counts.append(alone.n_iterations)
    assert counts[0] != counts[1]
    assert together.n_iterations == max(counts)


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_every_step_goes_down(features, fold_weights, kind):
    """With one more step allowed the objective is no larger, and the steps that were allowed are all that are made."""
    loss, n_columns = build_loss(kind, codes_of(3), 3, np.float64)
    problem = Problem.of(features, loss, fold_weights)
    zero = problem.zero_solution(n_columns)
    before = [np.inf, np.inf]
    for n_steps in range(8):
        found = problem.solve(30.0, zero, tolerance=0.0, n_iterations_max=n_steps)
        values = [
            objective(kind, 3, features, fold_weights[:, fold], 30.0)(found.weights[:, fold].ravel())
            for fold in range(2)
        ]
        assert found.n_iterations == n_steps + 1
        assert not found.is_converged
        assert all(value < former for value, former in zip(values, before, strict=True))
        before = values
    assert not zero.weights.any(), "the start is left as it was"
    assert not zero.scores.any(), "the start is left as it was"


def test_single_precision_stays_single(features, fold_weights):
    """float32 features are computed in float32, and reach the same minimum as nearly as that allows."""
    codes = codes_of(3)
    found = {}
    for dtype in (np.float32, np.float64):
        loss, n_columns = build_loss("softmax", codes, 3, dtype)
        problem = Problem.of(features.astype(dtype), loss, fold_weights.astype(dtype))
        found[dtype] = problem.solve(1.0, problem.zero_solution(n_columns), tolerance=1e-7, n_iterations_max=200)
        assert found[dtype].is_converged
        assert found[dtype].weights.dtype == found[dtype].scores.dtype == dtype
    np.testing.assert_allclose(found[np.float32].weights, found[np.float64].weights, atol=5e-3)


def test_zero_is_a_start_of_any_shape(features, fold_weights):
    """All weights and scores zero, for no number of iterations."""
    loss, _n_columns = build_loss("svm", codes_of(3), 3, np.float64)
    zero = Problem.of(features.astype(np.float32), loss, fold_weights).zero_solution(7)
    assert (zero.weights.shape, zero.scores.shape) == ((D + 1, 2, 7), (N, 2, 7))
    assert zero.weights.dtype == zero.scores.dtype == np.float32
    assert not zero.weights.any()
    assert not zero.scores.any()
    assert (zero.n_iterations, zero.is_converged, zero.strength, zero.pairs) == (0, True, 1.0, ())


@dataclass
class Parabola:
    """1/2 true (z - target)^2 + offset, which may be wrong about its curvature."""

    true: float
    claimed: float
    offset: float = 0.0
    target: float | np.ndarray = 1.0
    n_gradients: int = 0
    reduced: ClassVar[tuple[int, ...]] = (0,)
    is_quadratic: ClassVar[bool] = True

    def value(self, scores, weights):
        return np.einsum("nfk,nf->fk", 0.5 * self.true * (scores - self.target) ** 2 + self.offset, weights)

    def residual(self, scores, weights):
        self.n_gradients += 1
        curvature = np.full(scores.shape[1:], self.claimed)
        return self.true * (scores - self.target) * weights[:, :, None], curvature

    def problem(self):
        """Of one feature that is 1, without an intercept: the objective is 1/2 w^2 + loss(w)."""
        return Problem.of(np.array([[1.0, 0.0]]), self, np.ones((1, 1)))

    def solve(self, tolerance, n_iterations_max=50):
        problem = self.problem()
        return problem.solve(1.0, problem.zero_solution(1), tolerance=tolerance, n_iterations_max=n_iterations_max)


def quadratic_problem(features):
    """Least squares: the averaged Hessian's diagonal is the true one's, but not the whole."""
    loss = Parabola(true=2.0, claimed=2.0, target=np.sin(np.arange(N))[:, None, None])
    return Problem.of(features, loss, np.ones((N, 1)))


def test_a_step_that_hardly_helps_is_shortened():
    """A full step to the mirror image of the start gains a trifle; the parabola through it leads to the minimum."""
    curvature = (1 + 3.0) / 2 * (1 + 5e-5)  # the true one is 4: half of it doubles the step
    loss = Parabola(true=3.0, claimed=curvature - 1)
    found = loss.solve(1e-9, n_iterations_max=1)
    assert found.weights[0, 0, 0] == pytest.approx(3 / 4, rel=1e-3)
    longer = Parabola(true=3.0, claimed=2.0 * (1 + 5e-4) - 1).solve(1e-9, n_iterations_max=1)
    assert longer.weights[0, 0, 0] == pytest.approx(3 / 2, rel=1e-2), "a step that gains enough is taken as it is"


@pytest.mark.parametrize(("claimed", "fewest"), [(99.0, 1 / 10), (0.0, 1 / 10), (9.0, 1 / 10)])
def test_a_step_far_too_long_is_cut_to_a_tenth_and_no_less(claimed, fewest):
    """One cut shortens by a factor between 2 and 10."""
    true = 1e4
    full = true / (1 + claimed)
    taken = Parabola(true=true, claimed=claimed).solve(1e-9, n_iterations_max=1).weights[0, 0, 0]
    powers = [full * fewest**n for n in range(1, 6)]
    best = true / (1 + true)
    assert any(taken == pytest.approx(value, rel=1e-9) for value in powers) or taken == pytest.approx(best, rel=1e-9)
    assert taken < 2 * best


class Cliff(Parabola):
    """The second problem falls off a cliff wherever it goes."""

    def value(self, scores, weights):
        off_the_path = np.where(scores[0] == 0, 0.0, np.inf) * [[0.0], [1.0]] if scores[0, 1, 0] else 0.0
        return super().value(scores, weights) + off_the_path


def test_where_no_shorter_step_helps_nothing_moves():
    """A problem without a way down ends where it began; the one beside it goes on to its minimum."""
    loss = Cliff(true=3.0, claimed=5.0)
    problem = Problem.of(np.array([[1.0, 0.0]]), loss, np.ones((1, 2)))
    with np.errstate(invalid="ignore"):
        found = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    assert found.weights[0, :, 0] == pytest.approx([3 / 4, 0], rel=1e-4)
    assert found.scores[0, :, 0] == pytest.approx([3 / 4, 0], rel=1e-4)
    assert found.weights[0, 1, 0] == 0
    assert found.is_converged


def test_the_tolerance_is_a_part_of_the_objective():
    """With the true curvature the predicted decrease is the whole distance to the minimum; it counts in parts of it."""
    true, offset = 3.0, 10.0
    start, best = 0.5 * true + offset, 0.5 * true / (1 + true) + offset
    part = (start - best) / start
    assert Parabola(true, true, offset).solve(part * 1.001).n_iterations == 1
    found = Parabola(true, true, offset).solve(part * 0.999)
    assert found.n_iterations == 2
    assert found.is_converged
    assert found.weights[0, 0, 0] == pytest.approx(true / (1 + true))


def test_iterations_are_gradients(features):
    """What is counted are the computations of a gradient, the first one included."""
    problem = quadratic_problem(features)
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=1e-9, n_iterations_max=50)
    assert found.n_iterations == problem.loss.n_gradients > 2


def test_a_flat_loss_gives_no_endless_step():
    """Where a loss says that it has no curvature, a little is assumed."""
    x = 1e-3
    loss = Parabola(true=1e-6, claimed=0.0)
    problem = Problem.of(np.array([[0.0, x]]), loss, np.ones((1, 1)))
    found = problem.solve(1.0, problem.zero_solution(1), tolerance=0.0, n_iterations_max=1)
    assert found.weights[1, 0, 0] == pytest.approx(1e-6 * x / (x**2 * 1e-4))


# --- steps that are handed on ------------------------------------------------------------------


def test_only_a_quadratic_loss_hands_its_steps_on(features, fold_weights):
    """Softmax's curvature at one strength says nothing about another: it keeps none; the squared hinge keeps ten."""
    kept = {}
    for kind in ("softmax", "svm"):
        loss, n_columns = build_loss(kind, codes_of(3), 3, np.float64)
        problem = Problem.of(features, loss, fold_weights)
        found = problem.solve(3.0, problem.zero_solution(n_columns), **EXACT)
        assert found.n_iterations > 12
        kept[kind] = len(found.pairs)
    assert kept == {"softmax": 0, "svm": 10}


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


def test_remembered_steps_make_a_quadratic_quick(features):
    """With as many steps as there are weights the next strength needs one or two more, and fewer than without."""
    problem = quadratic_problem(features)
    first = problem.solve(0.5, problem.zero_solution(1), tolerance=1e-12, n_iterations_max=50)
    settings = {"tolerance": 1e-10, "n_iterations_max": 50}
    known = problem.solve(4.0, first, **settings)
    unknown = problem.solve(4.0, replace(first, pairs=()), **settings)
    assert known.n_iterations < unknown.n_iterations
    np.testing.assert_allclose(known.weights, unknown.weights, rtol=1e-3, atol=1e-5)
