from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import PredefinedSplit, StratifiedKFold

from regraft.heads import HeadSearch, Softmax


@pytest.mark.parametrize("head", ["softmax", "svm"])
@pytest.mark.parametrize(("n", "d", "k"), [(300, 20, 4), (60, 100, 3), (200, 12, 2)])
def test_path_scores_are_those_of_heads_fitted_one_by_one(make_data, head, n, d, k):
    """The shared path over folds gives the cross-validated accuracy that separate, exact fits give."""
    from regraft.heads import LinearSVM

    X, y = make_data(n, d, k, noise=1.0)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    folds = np.arange(n) % 4
    search = HeadSearch(head, normalisations=("l2",), strengths=[0.1, 10.0], cv=PredefinedSplit(folds)).fit(X, y)
    single = {"softmax": Softmax, "svm": LinearSVM}[head]
    for place, C in enumerate([0.1, 10.0]):
        for fold in range(4):
            held = folds == fold
            expected = (single(C=C).fit(X[~held], y[~held]).predict(X[held]) == y[held]).mean()
            assert abs(search.paths_[0].scores[place, fold] - expected) <= 2.5 / held.sum()


def test_the_exported_head_scores_as_the_search_does(make_data):
    """The plain arrays give the labels and probabilities of the estimator."""
    X, y = make_data(200, 30, 3, dtype=np.float32, noise=1.0)
    for normalisation in ("l2", "standard"):
        search = HeadSearch(normalisations=(normalisation,), n_strengths=5).fit(X, y)
        scores = search.head_.scores(X)
        np.testing.assert_array_equal(scores.argmax(axis=1), search.predict(X))
        np.testing.assert_allclose(search.head_.probabilities(scores), search.predict_proba(X), atol=1e-6)
        np.testing.assert_allclose(search.predict_proba(X).sum(axis=1), 1, atol=1e-6)


def test_the_refitted_head_is_the_exact_one(make_data):
    """The final head is that of a single exact fit with the chosen strength on all samples."""
    X, y = make_data(250, 20, 3, noise=1.0)
    search = HeadSearch(normalisations=("standard",), n_strengths=6).fit(X, y)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    exact = Softmax(C=search.best_C_, tol=1e-12).fit(Z, y).decision_function(Z)
    ours = search.head_.scores(X.astype(np.float32))
    assert np.abs(ours - exact).max() < 2e-2 * np.abs(exact).max()


def test_more_features_are_used_only_where_they_help(make_data):
    """Informative columns behind the first ones are taken up; noise there is not."""
    X, y = make_data(400, 20, 3, noise=0.5)
    rng = np.random.default_rng(3)
    noise = 3 * rng.standard_normal((400, 20))
    informed = HeadSearch(widths=(20, None), normalisations=("standard",), n_strengths=6).fit(np.hstack([noise, X]), y)
    disturbed = HeadSearch(widths=(20, None), normalisations=("standard",), n_strengths=6).fit(np.hstack([X, noise]), y)
    assert informed.best_width_ == 40
    assert disturbed.best_width_ == 20
    assert disturbed.head_.coef.shape == (3, 20)
    assert disturbed.head_.n_inputs == 40


def test_calibrated_probabilities_have_a_better_log_loss(make_data):
    """On unseen samples the fitted temperature is no worse than none."""
    from sklearn.metrics import log_loss

    X, y = make_data(2000, 30, 3, noise=1.0)
    for head in ("softmax", "svm"):
        search = HeadSearch(head, n_strengths=6).fit(X[:400], y[:400])
        scores = search.head_.scores(X[400:].astype(np.float32)).astype(float)
        raw = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        assert log_loss(y[400:], search.predict_proba(X[400:])) <= log_loss(y[400:], raw) + 0.005


def test_classes_rarer_than_folds_are_no_obstacle(make_data):
    """A class with a single sample can be in the data."""
    X, y = make_data(60, 10, 3)
    y[0] = 7
    assert 7 in HeadSearch(n_strengths=3).fit(X, y).classes_


def test_groups_are_not_torn(make_data):
    """With groups, near-copies in other folds cannot be used to look good."""
    X, _y = make_data(60, 30, 2)
    rng = np.random.default_rng(0)
    y = np.repeat(rng.integers(0, 2, 30), 4)
    copies = np.repeat(X[:30], 4, axis=0) + 1e-3 * rng.standard_normal((120, 30))
    groups = np.repeat(np.arange(30), 4)
    fooled = HeadSearch(n_strengths=5).fit(copies, y).best_score_
    honest = HeadSearch(n_strengths=5).fit(copies, y, groups=groups).best_score_
    assert fooled > 0.95 > honest


@pytest.mark.parametrize(("n_strengths", "n_tried"), [(4, 7), (6, 10)])
def test_a_best_strength_at_the_end_lets_the_path_grow(make_data, n_strengths, n_tried):
    """Where the weakest regularisation is the best, weaker ones follow at the same distance, until none is better."""
    X, y = make_data(300, 10, 2, noise=0.0, seed=2)
    path = HeadSearch(normalisations=("standard",), n_strengths=n_strengths).fit(X, y).paths_[0]
    assert len(path.strengths) == n_tried
    np.testing.assert_allclose(path.strengths[1:] / path.strengths[:-1], path.strengths[1] / path.strengths[0])
    fixed = HeadSearch(normalisations=("standard",), strengths=[1e-3, 1e-1]).fit(X, y).paths_[0]
    assert (fixed.strengths.tolist(), fixed.best) == ([1e-3, 1e-1], 1)


def test_balanced_accuracy_counts_every_class_alike(make_data):
    """Its scores are the mean recalls of the classes in each fold, where accuracy's are the shares of right samples."""
    X, y = make_data(400, 6, 2, noise=2.0)
    kept = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:40]])
    X, y = X[kept] / np.linalg.norm(X[kept], axis=1, keepdims=True), y[kept]
    folds = np.arange(len(y)) % 3
    search = HeadSearch(
        normalisations=("l2",), strengths=[3.0], cv=PredefinedSplit(folds), scoring="balanced_accuracy"
    ).fit(X, y)
    recalls, rights = [], []
    for fold in range(3):
        held = folds == fold
        is_right = Softmax(C=3.0).fit(X[~held], y[~held]).predict(X[held]) == y[held]
        recalls.append(np.mean([is_right[y[held] == label].mean() for label in (0, 1)]))
        rights.append(is_right.mean())
    np.testing.assert_allclose(search.paths_[0].scores[0], recalls, atol=0.05)
    assert np.min(np.array(rights) - recalls) > 0.1


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"widths": (0,)}, r"widths is 0; it must name numbers of features from 1 to 5"),
        ({"widths": (6,)}, r"widths is 6; it must name numbers of features from 1 to 5"),
        ({"normalisations": ("max",)}, r"normalisations is 'max'; it must name some of l2, standard"),
        ({"strengths": [-1.0]}, "strengths must be a list of positive numbers"),
        ({"scoring": "f1"}, "The 'scoring' parameter of HeadSearch must be"),
        ({"cv": [([0], [])]}, "cv gives a fold without training samples or without test samples"),
    ],
)
def test_wrong_settings_are_refused(settings, sentence, make_data):
    """Impossible settings are a ValueError that says which, and what is possible."""
    X, y = make_data(40, 5, 2)
    with pytest.raises(ValueError, match=f"^{sentence}"):
        HeadSearch(**settings).fit(X, y)


def test_any_splitter_will_do(make_data):
    """A splitter object is used as scikit-learn would."""
    X, y = make_data(90, 5, 2)
    assert HeadSearch(cv=StratifiedKFold(3), n_strengths=3).fit(X, y).paths_[0].scores.shape[1] == 3


def path_of(*means, scatter=0.005):
    """A path whose folds lie `scatter` on both sides of the means."""
    from regraft.heads import StrengthPath

    scores = np.array(means)[:, None] + np.array([-scatter, scatter])
    return StrengthPath(8, "l2", np.geomspace(0.1, 1e3, len(means)), scores)


def test_a_walk_ends_after_the_top_and_not_before():
    """Six worse ones in a row end it; a level stretch, a shallow dip at the start or a rise do not."""
    assert path_of(0.5, 0.6, 0.8, *np.linspace(0.79, 0.7, 6)).has_passed_its_best
    assert not path_of(0.5, 0.6, 0.8, *np.linspace(0.79, 0.7, 5)).has_passed_its_best
    assert not path_of(*[0.7] * 9).has_passed_its_best
    assert not path_of(0.7, *[0.699] * 8).has_passed_its_best
    assert not path_of(*np.linspace(0.5, 0.9, 12)).has_passed_its_best
    assert path_of(0.9, *np.linspace(0.89, 0.5, 8)).has_passed_its_best


def test_a_short_walk_finds_what_a_long_one_finds(make_data, monkeypatch):
    """Ending early changes neither the choice nor the scores up to there."""
    from regraft.heads import StrengthPath

    X, y = make_data(300, 40, 4, noise=2.0)
    strengths = np.geomspace(1e-3, 1e6, 24)
    short = HeadSearch("svm", normalisations=("l2",), strengths=strengths).fit(X, y)
    monkeypatch.setattr(StrengthPath, "has_passed_its_best", property(lambda _self: False))
    long = HeadSearch("svm", normalisations=("l2",), strengths=strengths).fit(X, y)
    assert len(short.paths_[0].strengths) < len(long.paths_[0].strengths) == 24
    assert short.best_C_ == long.best_C_
    np.testing.assert_array_equal(short.paths_[0].scores, long.paths_[0].scores[: len(short.paths_[0].scores)])


def test_steps_handed_on_lead_to_the_same_optimum(make_data):
    """What the solver learnt at one strength makes it quicker at the next, and changes nothing else."""
    from dataclasses import replace

    from regraft.heads.basis import Basis
    from regraft.heads.objectives import build_loss
    from regraft.heads.solver import Problem

    X, y = make_data(300, 40, 4, noise=2.0)
    weights = np.ones(len(y))
    loss, n_columns = build_loss("svm", y.astype(np.int64), 4, X.dtype)
    problem = Problem.of(Basis.of(X, weights, fit_intercept=True).features, loss, weights[:, None])
    settings = {"tolerance": 1e-12, "n_iterations_max": 2000}
    first = problem.solve(0.1, problem.zero_solution(n_columns), **settings)
    with_steps = problem.solve(0.2, first, **settings)
    without = problem.solve(0.2, replace(first, pairs=()), **settings)
    assert with_steps.is_converged
    np.testing.assert_allclose(with_steps.weights, without.weights, atol=1e-5 * np.abs(without.weights).max())
    assert with_steps.n_iterations <= without.n_iterations
