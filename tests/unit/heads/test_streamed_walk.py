from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.heads import row_blocks
from regraft.heads.folds import build_folds
from regraft.heads.objectives import build_loss, total_weights
from regraft.heads.streamed_solver import StreamedProblem
from regraft.heads.streamed_walk import StreamedData, StreamedWalk
from regraft.heads.walk import Samples, Walk

N, D = 1_500, 24


def objective(head, X, codes, weights, C):
    """As it is written down, of a head of all columns in float64; two classes have one column."""
    rows = X.astype(np.float64)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) if head.is_row_normalised else rows
    coef, intercept = head.coef.astype(np.float64), head.intercept.astype(np.float64)
    if len(coef) == 2:
        coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
    loss, _n = build_loss(head.kind, codes, head.n_classes, np.float64)
    return coef, C * loss.value((rows @ coef.T + intercept)[:, None, :], weights[:, None]).sum()


@pytest.fixture
def many_blocks(monkeypatch):
    """Blocks of 64 rows, so that there are more than one."""
    monkeypatch.setattr(row_blocks, "_N_NUMBERS_A_BLOCK", 1)


@pytest.mark.usefixtures("many_blocks")
@pytest.mark.parametrize("normalisation", ["l2", "standard"])
@pytest.mark.parametrize(("kind", "k"), [("softmax", 2), ("softmax", 6), ("svm", 2), ("svm", 6)])
def test_streamed_rows_give_the_head_that_rows_in_memory_give(make_data, kind, k, normalisation):
    """Of float16 rows in groups, weighted by sample and class: same scores, same strength, objective within 1e-4.

    Of strengths that a few samples tell apart, either may be chosen: processors round differently.
    """
    X, y = make_data(N, D, k, dtype=np.float16, noise=1.0)
    groups = np.arange(N) // 3
    folds = build_folds(3, X, y, groups, 0)
    sample_weight = np.random.default_rng(1).uniform(0.2, 3, N)
    sample_weight[::7] = 0
    weights = total_weights(y, np.unique(y), sample_weight, "balanced", np.float32)
    strengths = np.geomspace(1e-2, 1e3, 6) if normalisation == "l2" else np.geomspace(1e-5, 1, 6)
    settings = {"n_features": D - 2, "normalisation": normalisation, "scoring": "balanced_accuracy"}

    def walked(tried):
        kept = Walk(kind, Samples(X.astype(np.float32), y, k, weights), folds, **settings)
        streamed = StreamedWalk(kind, StreamedData(X, y, k, weights, folds), **settings)
        for walk in (kept, streamed):
            walk.run(tried, can_grow=False)
        return kept, streamed

    kept, streamed = walked(strengths)
    assert kept.path.means[streamed.path.best] >= kept.path.means.max() - 5 / N
    np.testing.assert_allclose(streamed.path.scores, kept.path.scores, atol=0.02)
    kept, streamed = walked(strengths[3:4])
    rows = np.arange(0, N, 5)
    np.testing.assert_allclose(streamed.held_out(rows)[0], kept.held_out_scores[rows], atol=0.3)
    ours, theirs = streamed.refitted(1.0), kept.refitted(1.0)
    assert ours.n_inputs == theirs.n_inputs == D
    used, values = X[:, : D - 2], []
    for head in (ours, theirs):
        coef, loss = objective(head, used, y, weights.astype(np.float64), kept.best_strength)
        scale = 1 if normalisation == "l2" else used.astype(np.float64).std(axis=0)
        values.append(0.5 * ((coef * scale) ** 2).sum() + loss)
    assert values[0] == pytest.approx(values[1], rel=1e-4)


def test_every_number_of_16_bits_is_widened_exactly():
    """Zeros, subnormal and negative numbers are what NumPy makes of them."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)].reshape(-1, 32)
    found = row_blocks.read_rows(finite, slice(0, len(finite)), 32, np.dtype(np.float32))
    np.testing.assert_array_equal(found.view(np.int32), finite.astype(np.float32).view(np.int32))


@pytest.mark.usefixtures("many_blocks")
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_row_without_number_is_named(make_data, dtype, value):
    """Of an infinite value in a later block the sentence names the row."""
    X, y = make_data(300, 5, 3, dtype=dtype)
    X[217, 3] = value
    data = StreamedData(X, y, 3, np.ones(300, np.float32), build_folds(3, X, y, None, 0))
    with pytest.raises(ValueError, match=r"Row 217 of the features holds a value that is no finite number\."):
        StreamedWalk("svm", data, n_features=5, normalisation="l2", scoring="accuracy")


def test_folds_that_heads_cannot_share_are_solved_in_lots(make_data, monkeypatch):
    """With room for one head at a time the path is the same."""
    X, y = make_data(400, 6, 3, dtype=np.float32)
    data = StreamedData(X, y, 3, np.ones(400, np.float32), build_folds(4, X, y, None, 0))
    settings = {"n_features": 6, "normalisation": "standard", "scoring": "accuracy"}
    paths = []
    for n_weights in (1_000_000, 1):
        monkeypatch.setattr("regraft.heads.streamed_walk._N_WEIGHTS_MAX", n_weights)
        walk = StreamedWalk("softmax", data, **settings)
        walk.run(np.geomspace(1e-4, 1, 4), can_grow=False)
        paths.append(walk.path.scores)
    np.testing.assert_allclose(*paths, atol=0.01)


def test_rows_of_many_kinds_of_folds_are_not_sorted(make_data):
    """Where folds overlap at random, the objective is still the one of each fold's own rows."""
    X, y = make_data(300, 5, 3, dtype=np.float64)
    rng = np.random.default_rng(0)
    splits = [np.split(rng.permutation(300), [200]) for _ in range(6)]
    folds = build_folds(splits, X, y, None, 0)
    settings = {"n_features": 5, "normalisation": "l2", "scoring": "accuracy"}
    weights = np.ones(300)
    kept = Walk("softmax", Samples(X, y, 3, weights), folds, **settings)
    streamed = StreamedWalk("softmax", StreamedData(X, y, 3, weights, folds), **settings)
    for walk in (kept, streamed):
        walk.run(np.array([1.0, 10.0]), can_grow=False)
    np.testing.assert_allclose(streamed.path.scores, kept.path.scores, atol=0.02)


def test_what_a_loss_says_at_once_is_what_it_says_by_parts():
    """Value, residual, and the curvature times the weights' total."""
    rng = np.random.default_rng(0)
    for kind, k in (("softmax", 2), ("softmax", 4), ("svm", 2), ("svm", 4)):
        loss, n_columns = build_loss(kind, rng.integers(0, k, 50), k, np.float64)
        scores, weights = rng.normal(size=(50, 2, n_columns)), rng.uniform(0, 2, (50, 2))
        value = loss.value(scores, weights)
        residual, curvature = loss.residual(scores, weights)
        found = loss.at_once(scores.copy(), weights)
        for one, other in zip(found, (value, residual, curvature * weights.sum(axis=0)[:, None]), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.usefixtures("many_blocks")
def test_threads_share_the_blocks(make_data, monkeypatch):
    """Three of them come to the same head but for rounding, twice to the same bits; an error in one ends all."""
    X, y = make_data(1000, 8, 3, dtype=np.float16)
    folds = build_folds(3, X, y, None, 0)
    heads, settings = [], {"n_features": 8, "normalisation": "l2", "scoring": "accuracy"}
    for n_threads in (1, 3, 3):
        monkeypatch.setattr("regraft.heads.threads._n_threads", lambda n_threads=n_threads: n_threads)
        data = StreamedData(X, y, 3, np.ones(1000, np.float32), folds)
        walk = StreamedWalk("softmax", data, **settings)
        walk.run(np.array([1.0, 10.0]), can_grow=False)
        heads.append(walk.refitted(1.0).coef)
    np.testing.assert_allclose(heads[0], heads[1], atol=1e-3 * np.abs(heads[0]).max())
    np.testing.assert_array_equal(heads[1], heads[2])

    class Broken:
        shape, dtype = X.shape, X.dtype

        def __getitem__(self, rows):
            if rows.start > 500:
                raise OSError("gone")
            return X[rows]

    with pytest.raises(OSError, match="gone"):
        StreamedWalk("svm", StreamedData(Broken(), y, 3, data.weights, folds), **settings)


def test_what_one_strength_has_learnt_spares_the_next_a_pass(make_data):
    """Of many classes the diagonal is far too small: without its scale the first tries are for nothing."""
    X, y = make_data(N, D, 12, noise=1.0)
    data = StreamedData(X, y, 12, np.ones(N, np.float32), build_folds(3, X, y, None, 0))
    walk = StreamedWalk("softmax", data, n_features=D, normalisation="l2", scoring="accuracy")
    problem = StreamedProblem(walk.samples, data.folds.is_train)
    settings = {"tolerance": 1e-4, "n_passes_max": 200}
    first = problem.solve(30.0, problem.zero_solution(), **settings)
    again = problem.solve(100.0, first, **settings)
    forgetful = problem.solve(100.0, replace(first, scaling=1.0), **settings)
    assert again.is_converged
    assert forgetful.is_converged
    assert again.n_passes < forgetful.n_passes
