from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from regraft.evaluation.probability_scores import (
    PROBABILITY_FLOOR,
    calibration_error,
    confidence_bins,
    log_losses,
    reliability_bins,
    top_hits,
)


@pytest.mark.parametrize("n_guesses", [1, 2, 5, 7])
def test_top_hits_agree_with_scikit_learn(make_predictions, n_guesses):
    """The mean of the hits is scikit-learn's top-k accuracy."""
    predictions = make_predictions(n=300, k=8, sharpness=1)
    hits = top_hits(predictions.probabilities, predictions.labels, n_guesses)
    expected = metrics.top_k_accuracy_score(
        predictions.labels, predictions.probabilities, k=n_guesses, labels=np.arange(8)
    )
    assert hits.mean() == pytest.approx(expected)


def test_of_equal_probabilities_the_first_is_higher():
    """Ties are broken as in the prediction itself, so top-1 hits are the right answers."""
    even = np.full((3, 3), 1 / 3)
    labels = np.arange(3)
    assert top_hits(even, labels, 1).tolist() == (even.argmax(axis=1) == labels).tolist() == [True, False, False]
    assert top_hits(even, labels, 2).tolist() == [True, True, False]


def test_log_loss_agrees_with_scikit_learn(make_predictions):
    """The mean of the losses is scikit-learn's log loss."""
    predictions = make_predictions(n=200, k=5)
    losses = log_losses(predictions.probabilities, predictions.labels)
    assert losses.mean() == pytest.approx(metrics.log_loss(predictions.labels, predictions.probabilities))


def test_a_certain_mistake_costs_a_finite_amount():
    """A probability of zero counts as the floor."""
    assert log_losses(np.array([[1.0, 0.0]]), np.array([1]))[0] == pytest.approx(-np.log(PROBABILITY_FLOOR))
    assert log_losses(np.array([[1.0, 0.0]]), np.array([0]))[0] == 0


def test_bins_are_open_below_and_closed_above():
    """A confidence on an edge belongs to the bin below it, as in the paper."""
    assert confidence_bins(np.array([0.0, 0.1, 0.5, 0.50001, 1.0]), 10).tolist() == [0, 0, 4, 5, 9]


def test_the_calibration_error_of_a_worked_example():
    """Two bins: 3 images at .9 of which 2 are right, and 1 at .3 that is right: (3 x .2333 + 1 x .7) / 4."""
    confidence = np.array([0.9, 0.9, 0.9, 0.3])
    right = np.array([True, True, False, True])
    assert calibration_error(confidence, right)[0] == pytest.approx((3 * abs(2 / 3 - 0.9) + 0.7) / 4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_the_bins_hold_every_image_and_give_the_error(seed, n):
    """The reliability bins add up to all images, and their weighted gaps to the calibration error."""
    rng = np.random.default_rng(seed)
    confidence, right = rng.random(n), rng.random(n) < 0.5
    bins = reliability_bins(confidence, right)
    assert len(bins) == 15
    assert sum(found.n for found in bins) == n
    gaps = [found.n * abs(found.accuracy - found.confidence) for found in bins if found.n]
    assert sum(gaps) / n == pytest.approx(calibration_error(confidence, right)[0])
    for found in bins:
        assert (found.accuracy is None) == (found.confidence is None) == (found.n == 0)
        assert found.n == 0 or found.low - 1e-12 <= found.confidence <= found.high + 1e-12
