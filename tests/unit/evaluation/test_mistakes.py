from __future__ import annotations

import numpy as np

from regraft.evaluation import Predictions
from regraft.evaluation.mistakes import confused_pairs, surest_mistakes

PREDICTIONS = Predictions(
    paths=("right", "unsure", "sure", "other", "surest"),
    labels=np.array([0, 0, 0, 1, 0]),
    probabilities=np.array([[0.9, 0.1, 0.0], [0.4, 0.6, 0.0], [0.2, 0.8, 0.0], [0.1, 0.2, 0.7], [0.05, 0.95, 0.0]]),
    class_names=("cat", "dog", "owl"),
)


def test_the_surest_mistake_comes_first():
    """Mistakes are ordered by confidence, and name truth and answer."""
    found = surest_mistakes(PREDICTIONS, 3)
    assert [mistake.path for mistake in found] == ["surest", "sure", "other"]
    assert (found[0].truth, found[0].predicted, found[0].confidence, found[0].truth_probability) == (
        "cat",
        "dog",
        0.95,
        0.05,
    )


def test_the_pair_confused_most_often_comes_first():
    """Pairs are ordered by count, with the surest examples of each."""
    first, second = confused_pairs(PREDICTIONS, 2)
    assert (first.truth, first.predicted, first.n, first.n_truth) == ("cat", "dog", 3, 4)
    assert [mistake.path for mistake in first.examples] == ["surest", "sure"]
    assert (second.truth, second.predicted, second.n, second.n_truth) == ("dog", "owl", 1, 1)


def test_perfect_predictions_have_no_mistakes(make_certain):
    """Nothing wrong gives nothing to show."""
    perfect = make_certain([0, 1, 2], [0, 1, 2])
    assert surest_mistakes(perfect, 5) == ()
    assert confused_pairs(perfect, 5) == ()
