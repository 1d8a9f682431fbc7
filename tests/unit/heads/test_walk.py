"""The way through the strengths: when it ends, when it goes on, and what it remembers."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.heads import walk
from regraft.heads.folds import FoldTable
from regraft.heads.walk import Samples, StrengthPath, Walk


def path_of(*means, scatter=0.0):
    """A path of two folds with these means."""
    scores = np.array(means)[:, None] + scatter * np.array([-1, 1])
    return StrengthPath(3, "l2", np.geomspace(1, 10, len(means)), scores)


@pytest.fixture
def make_walk():
    """A walk over 60 samples in three folds; two of three samples are of the first class."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [40, 10, 10]))
    X = rng.normal(size=(60, 6)) + 2 * np.eye(6)[y]
    folds = FoldTable.of(np.arange(60) % 3)

    def make(kind="softmax", scoring="accuracy", normalisation="standard"):
        samples = Samples(X, y, 3, np.ones(60))
        return Walk(kind, samples, folds, n_features=6, normalisation=normalisation, scoring=scoring)

    return make


def test_of_equal_strengths_the_most_regularised_is_best():
    """The first, as they ascend; means and scatter are over the folds."""
    path = path_of(0.5, 0.7, 0.7, 0.6, scatter=0.1)
    assert path.best == 1
    np.testing.assert_allclose(path.means, [0.5, 0.7, 0.7, 0.6])
    np.testing.assert_allclose(path.deviations, 0.1)


@pytest.mark.parametrize(
    ("means", "scatter", "is_over"),
    [
        ([0.5, 0.8, *[0.7] * 6], 0.1, True),
        ([0.5, 0.8, *[0.7] * 5], 0.1, False),
        ([0.5, 0.8, *[0.7] * 5, 0.8], 0.1, False),
        ([0.8, *[0.79] * 6], 0.1, False),
        ([0.8, *[0.79] * 5, 0.5], 0.1, True),
    ],
    ids=["a top", "too few behind it", "one as good behind it", "a level stretch", "only down, far enough"],
)
def test_a_best_is_passed_where_the_way_has_risen_and_come_down(means, scatter, is_over):
    """Six strengths in a row are worse, and the top stands out of the scatter."""
    assert path_of(*means, scatter=scatter).has_passed_its_best is is_over


def test_a_walk_goes_on_beyond_a_best_that_is_the_last(make_walk):
    """By the ratio of the last two, four strengths at the most; only where it may."""
    strengths = np.array([0.03, 0.1])
    stays, goes = make_walk(), make_walk()
    stays.run(strengths, can_grow=False)
    goes.run(strengths, can_grow=True)
    np.testing.assert_array_equal(stays.path.strengths, strengths)
    tried = goes.path.strengths
    assert 2 < len(tried) <= 6
    np.testing.assert_allclose(tried[1:] / tried[:-1], 0.1 / 0.03)
    assert goes.best_score > stays.best_score


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_scores_are_of_what_the_folds_have_not_seen(make_walk, kind):
    """The out-of-fold scores of the best strength have its accuracy, however the folds are solved."""
    one = make_walk(kind)
    one.run(np.geomspace(1e-3, 10, 5), can_grow=False)
    right = one.held_out_scores.argmax(axis=1) == one._samples.codes
    assert right.mean() == pytest.approx(one.best_score)
    assert one.best_strength == one.path.strengths[one.path.best]


def test_folds_in_lots_are_folds_together(make_walk, monkeypatch):
    """Where memory does not hold the scores of all folds, the same comes out of one after the other."""
    together = make_walk()
    monkeypatch.setattr(walk, "_N_NUMBERS_MAX", 1)
    alone = make_walk()
    for each in (together, alone):
        each.run(np.geomspace(1e-2, 1, 3), can_grow=False)
    np.testing.assert_array_equal(alone.path.scores, together.path.scores)
    np.testing.assert_allclose(alone.held_out_scores, together.held_out_scores, atol=1e-2)


def test_balanced_accuracy_counts_classes_alike(make_walk):
    """So strong a regularisation that all are of one class: two thirds are right, or a third of the classes."""
    plain, balanced = make_walk(), make_walk(scoring="balanced_accuracy")
    for each in (plain, balanced):
        each.run(np.array([1e-9]), can_grow=False)
    assert plain.best_score > 0.6
    assert balanced.best_score == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("normalisation", ["standard", "l2"])
def test_the_head_takes_features_as_they_came(make_walk, normalisation):
    """What the walk did to them is in the head: on what it learnt from it is at least as good as out of fold."""
    one = make_walk(normalisation=normalisation)
    one.run(np.geomspace(1e-1, 10, 3), can_grow=False)
    head = one.refitted(1.0)
    X, codes = one._samples.features, one._samples.codes
    assert head.is_row_normalised is (normalisation == "l2")
    assert (head.scores(X).argmax(axis=1) == codes).mean() >= one.best_score - 1e-9
