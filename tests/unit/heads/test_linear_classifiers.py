from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from regraft.heads import LinearSVM, Softmax


@pytest.mark.parametrize(("n", "d", "k"), [(200, 15, 2), (200, 15, 4), (40, 90, 3), (70, 90, 2)])
@pytest.mark.parametrize("C", [0.01, 1.0, 30.0])
def test_softmax_finds_the_optimum_that_scikit_learn_finds(make_data, n, d, k, C):
    """Coefficients and probabilities equal LogisticRegression's, with more and with fewer samples than features."""
    X, y = make_data(n, d, k)
    ours = Softmax(C=C, tol=1e-12, max_iter=3000).fit(X, y)
    theirs = LogisticRegression(C=C, tol=1e-10, max_iter=50_000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=2e-4 * np.abs(theirs.coef_).max())
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def svm_objective(X, signs, coef, intercept, C):
    gaps = np.maximum(1 - signs * (X @ coef + intercept), 0)
    return 0.5 * coef @ coef + C * (gaps**2).sum()


@pytest.mark.parametrize("k", [2, 4])
def test_the_svm_reaches_the_minimum_of_its_objective(make_data, k):
    """A general-purpose minimiser started from the solution finds nothing better."""
    from scipy.optimize import minimize

    X, y = make_data(120, 10, k)
    fitted = LinearSVM(C=0.3, tol=1e-12, max_iter=3000).fit(X, y)
    for place in range(len(fitted.coef_)):
        signs = np.where(y == (1 if k == 2 else place), 1, -1)
        start = np.append(fitted.coef_[place], fitted.intercept_[place])
        ours = svm_objective(X, signs, start[:-1], start[-1], 0.3)
        best = minimize(lambda w, s=signs: svm_objective(X, s, w[:-1], w[-1], 0.3), start, method="BFGS").fun
        assert ours <= best * (1 + 1e-6)


def test_float32_is_computed_in_float32_and_close(make_data):
    """Single precision in, single precision out, scores within a part in a thousand."""
    X, y = make_data(300, 40, 3)
    double, single = Softmax(C=0.1).fit(X, y), Softmax(C=0.1).fit(X.astype(np.float32), y)
    assert single.coef_.dtype == single.decision_function(X.astype(np.float32)).dtype == np.float32
    scores = double.decision_function(X)
    assert np.abs(single.decision_function(X.astype(np.float32)) - scores).max() < 5e-3 * np.abs(scores).max()


@pytest.mark.parametrize("head", [Softmax, LinearSVM])
def test_a_weight_of_two_is_a_sample_twice(make_data, head):
    """Sample weights, repeated samples and class weights are the same thing said in three ways."""
    X, y = make_data(100, 8, 3)
    doubled = head(tol=1e-12).fit(np.concatenate([X, X[y == 1]]), np.concatenate([y, y[y == 1]]))
    weighted = head(tol=1e-12).fit(X, y, sample_weight=np.where(y == 1, 2.0, 1.0))
    classed = head(tol=1e-12, class_weight={1: 2.0}).fit(X, y)
    for other in (weighted, classed):
        np.testing.assert_allclose(other.coef_, doubled.coef_, atol=1e-4 * np.abs(doubled.coef_).max())


def test_balanced_weights_help_the_rare_class(make_data):
    """With balanced class weights a rare class is found more often."""
    X, y = make_data(600, 10, 2, noise=1.0)
    rare = np.flatnonzero(y == 1)[30:]
    X, y = np.delete(X, rare, axis=0), np.delete(y, rare)
    recalls = [
        (Softmax(C=1e-3, class_weight=weight).fit(X, y).predict(X)[y == 1] == 1).mean() for weight in (None, "balanced")
    ]
    assert recalls[1] > recalls[0]


def test_labels_can_be_text():
    """Class names are kept and predicted."""
    X = np.array([[0.0, 1], [0, 2], [3, 0], [4, 0]])
    fitted = LinearSVM().fit(X, ["b", "b", "a", "a"])
    assert fitted.predict(X).tolist() == ["b", "b", "a", "a"]


@pytest.mark.parametrize("weights", ["half", {9: 1.0}])
def test_wrong_class_weights_are_refused(weights, make_data):
    """Class weights of another kind, or for unknown classes, are a ValueError."""
    X, y = make_data(50, 5, 2)
    with pytest.raises(ValueError, match="class"):
        Softmax(class_weight=weights).fit(X, y)
