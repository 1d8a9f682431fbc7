from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from regraft.heads.objectives import build_loss
from regraft.heads.solver import Problem

EXACT = {"tolerance": 1e-13, "n_iterations_max": 500}
N, D = 40, 4


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
    fold_weights[:, 1] *= 30
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
    settings["n_iterations_max"] = min(counts)
    assert not both.solve(1.0, both.zero_solution(n_columns), **settings).is_converged, "one of two is not both"


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
