from __future__ import annotations

import numpy as np
import pytest

from regraft.core import HeadError
from regraft.heads import LinearHead, fit_temperature, softmax

TENSORS = {"coef": np.eye(3, 4, dtype=np.float32), "intercept": np.zeros(3, np.float32)}
SETTINGS = {"kind": "softmax", "is_row_normalised": True, "temperature": 2.0, "n_inputs": 6}


def test_a_head_is_what_its_parts_say():
    """Saving and loading the parts gives the same scores."""
    head = LinearHead.from_parts(TENSORS, SETTINGS)
    features = np.random.default_rng(0).standard_normal((5, 6)).astype(np.float32)
    again = LinearHead.from_parts(head.tensors(), head.settings())
    np.testing.assert_array_equal(head.scores(features), again.scores(features))
    used = features[:, :4]
    np.testing.assert_allclose(head.scores(features), (used / np.linalg.norm(used, axis=1, keepdims=True))[:, :3])


def test_a_class_without_training_images_is_never_predicted():
    """Spreading a head over more classes leaves the others where they were."""
    head = LinearHead.from_parts(TENSORS, SETTINGS).spread(np.array([0, 2, 3]), 5)
    features = np.random.default_rng(0).standard_normal((50, 6)).astype(np.float32)
    assert set(head.scores(features).argmax(axis=1)) <= {0, 2, 3}
    assert head.probabilities(head.scores(features))[:, [1, 4]].max() == 0


@pytest.mark.parametrize(
    ("tensors", "settings"),
    [
        ({"coef": TENSORS["coef"]}, {}),
        ({"coef": TENSORS["coef"].astype(np.float64)}, {}),
        ({"coef": TENSORS["coef"][:1]}, {}),
        ({"intercept": np.zeros(2, np.float32)}, {}),
        ({"coef": np.full((3, 4), np.nan, np.float32)}, {}),
        ({}, {"temperature": -1.0}),
        ({}, {"temperature": "hot"}),
        ({}, {"kind": "tree"}),
        ({}, {"n_inputs": 2}),
        ({}, {"n_inputs": True}),
        ({}, {"extra": 1}),
    ],
)
def test_parts_that_make_no_head_are_refused(tensors, settings):
    """Wrong names, types, shapes and values are HeadErrors."""
    parts = (
        {"coef": TENSORS["coef"]}
        if list(tensors) == ["coef"] and tensors["coef"] is TENSORS["coef"]
        else TENSORS | tensors
    )
    with pytest.raises(HeadError):
        LinearHead.from_parts(parts, SETTINGS | settings)


def test_features_of_another_length_are_refused():
    """A head says how many features it takes."""
    with pytest.raises(HeadError, match="fitted on 6 features"):
        LinearHead.from_parts(TENSORS, SETTINGS).scores(np.zeros((1, 4), np.float32))


@pytest.mark.parametrize(("n", "k", "scale"), [(100, 2, 1.0), (1000, 5, 10.0), (500, 20, 0.01), (50, 3, 100.0)])
def test_the_temperature_is_the_best_one(n, k, scale):
    """No other temperature has a smaller log loss."""
    from scipy.optimize import minimize_scalar

    rng = np.random.default_rng(0)
    codes = rng.integers(0, k, n)
    scores = rng.normal(size=(n, k)) * scale
    scores[np.arange(n), codes] += scale
    weights = rng.random(n)

    def log_loss(log_temperature):
        scaled = scores * np.exp(-log_temperature)
        losses = np.log(np.exp(scaled - scaled.max(axis=1, keepdims=True)).sum(axis=1))
        return np.average(losses + scaled.max(axis=1) - scaled[np.arange(n), codes], weights=weights)

    best = minimize_scalar(log_loss, bounds=(-7, 7), method="bounded", options={"xatol": 1e-7})
    assert fit_temperature(scores, codes, weights) == pytest.approx(np.exp(best.x), rel=1e-3)


def test_the_temperature_has_bounds():
    """Perfect, hopeless and empty scores give a number all the same."""
    perfect = np.eye(3) * 1e5
    assert fit_temperature(perfect, np.roll(np.arange(3), 1)) == pytest.approx(np.exp(7), rel=1e-3)
    assert np.exp(-7.1) < fit_temperature(np.eye(3), np.arange(3)) < 1
    assert fit_temperature(np.zeros((0, 3)), np.zeros(0, np.int64)) == 1
    assert np.isfinite(fit_temperature(np.zeros((4, 3)), np.zeros(4, np.int64)))


def test_a_prior_keeps_few_samples_from_extremes():
    """Three right or wrong answers hardly move T, a thousand do; the optimum is that of a plain search."""
    from scipy.optimize import minimize_scalar

    right, wrong = np.eye(3) * 4, np.arange(3)[::-1].copy()
    assert 0.8 < fit_temperature(right, np.arange(3), prior_spread=0.5) < 1
    assert 1 < fit_temperature(right, wrong, prior_spread=0.5) < 3
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(1000, 3)) * 4
    codes = np.array([rng.choice(3, p=row) for row in softmax(scores / 2)])
    assert fit_temperature(scores, codes, prior_spread=0.5) == pytest.approx(2, rel=0.15)

    def objective(log_t):
        own = softmax(scores[:9] / np.exp(log_t))[np.arange(9), codes[:9]]
        return -np.log(own).mean() + log_t**2 / (2 * 0.5**2 * 9)

    best = minimize_scalar(objective, bounds=(-3, 3), method="bounded", options={"xatol": 1e-7})
    assert fit_temperature(scores[:9], codes[:9], prior_spread=0.5) == pytest.approx(np.exp(best.x), rel=1e-3)
