"""What a classifier promises of its limits stands beside what it does."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.evaluation import measure_limits
from regraft.heads import PredictionSets, RateThreshold

LINE = RateThreshold(value=2.0, rate=0.05, n_images=400, n_effective=400.0, correlation=0.0)
SETS = PredictionSets(
    RateThreshold(value=0.7, rate=0.1, n_images=400, n_effective=400.0, correlation=0.0),
    miss_rate=0.1, mean_size=1.2, size_deviation=0.4,
)  # fmt: skip


@pytest.fixture
def measured(make_certain):
    """Of five images one looks strange, and of one the true class is not named."""
    predictions = make_certain([0, 1, 2, 0, 1], [0, 1, 2, 0, 2])
    novelty = np.array([0.0, 3.0, 1.0, 1.5, 2.0])
    named = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 1], [1, 0, 0], [0, 0, 1]], np.bool_)
    return measure_limits(predictions, novelty, named, measure="energy", threshold=LINE, sets=SETS)


def test_shares_are_counted(measured):
    """Rejected ones, sets that hold the truth, and how many classes they name; each with its interval."""
    assert (measured.rejected.value, measured.covered.value, measured.mean_size) == (0.2, 0.8, 1.2)
    assert measured.rejected.low < 0.2 < measured.rejected.high
    assert (measured.measure, measured.reject_rate, measured.coverage) == ("energy", 0.05, 0.9)


def test_what_names_no_sets_says_nothing_of_them(make_certain):
    """What is rejected is measured all the same."""
    found = measure_limits(make_certain([0], [0]), np.zeros(1), None, measure="energy", threshold=LINE, sets=None)
    assert (found.rejected.value, found.coverage, found.covered) == (0, None, None)


def test_bands_hold_what_was_promised(measured):
    """Of five images none or two may be rejected; the true class may be missing from some sets."""
    assert measured.rejected_band[0] == 0
    assert 0.2 <= measured.rejected_band[1] <= 0.4
    assert measured.covered_band[1] == 1
    assert measured.covered_band[0] <= 0.8


def test_the_strangest_come_first(measured):
    """Only those that are called unknown, with what they are and what they look most like."""
    [only] = measured.strangest
    assert (only.path, only.truth, only.predicted, only.score) == ("1.jpg", "b", "b", 3.0)


def test_a_page_shows_twelve(make_predictions):
    """Of many the twelve strangest."""
    predictions = make_predictions(n=60, k=3)
    novelty, named = np.arange(60) + 3.0, np.ones((60, 3), np.bool_)
    found = measure_limits(predictions, novelty, named, measure="energy", threshold=LINE, sets=SETS)
    assert [one.score for one in found.strangest] == [62.0 - place for place in range(12)]
