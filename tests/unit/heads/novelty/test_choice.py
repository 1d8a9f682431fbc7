"""Classes are left out to see which measure finds them."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.heads import (
    DEFAULT_MEASURE,
    Candidates,
    FoldTable,
    KnownImages,
    MeasureChoice,
    MeasureScore,
    choose_measure,
    cross_validate,
    separability,
)
from regraft.heads.novelty.choice import judge_rounds


@pytest.fixture
def crossed(draw_classes):
    """Images of some classes, and the head that was chosen for them."""

    def cross(n_classes, kind="softmax"):
        features, labels = draw_classes(12, n_classes)
        folds = FoldTable.of(np.arange(len(labels)) % 3)
        heads = cross_validate(features, labels, folds, Candidates(kind, normalisations=("l2",), n_strengths=4))
        known = KnownImages(features, labels, np.arange(len(labels)), folds, heads.scores / heads.temperature)
        return known, heads

    return cross


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_classes_are_left_out_and_found_strange(kind, crossed):
    """Every measure is scored, for both heads, in the same way each time."""
    known, heads = crossed(6, kind)
    choice = choose_measure(known, kind, heads)
    assert isinstance(choice, MeasureChoice)
    assert {type(one) for one in choice.scores} == {MeasureScore}
    assert choice.scores[0].measure == choice.measure == DEFAULT_MEASURE
    assert choice.scores[0].auroc > 0.9
    assert all(0.5 < one.auroc <= 1 and one.deviation >= 0 for one in choice.scores)
    assert (choice.n_classes, choice.n_left_out, choice.n_rounds) == (6, 3, 6)
    assert choice == choose_measure(known, kind, heads)
    assert choice != choose_measure(known, kind, heads, seed=1)


def test_of_few_classes_none_is_left_out(crossed):
    """The default is taken, and said to be no finding."""
    choice = choose_measure(*reversed_kind(crossed(5)))
    assert (choice.measure, choice.scores, choice.n_rounds) == (DEFAULT_MEASURE, (), 0)
    assert choice.reason.startswith("Of 5 classes with images in several folds none can be left out")


def reversed_kind(crossed):
    known, heads = crossed
    return known, "softmax", heads


def test_another_measure_must_be_clearly_better():
    """By .01, and by more than the rounds differ."""
    default = np.array([0.9, 0.8, 0.85, 0.9, 0.8, 0.85])
    noise = np.array([0.1, -0.1, 0.1, -0.1, 0.1, -0.1])
    for other, expected in [
        (default - 0.1, DEFAULT_MEASURE),
        (default + 0.005, DEFAULT_MEASURE),
        (default + 0.02 + noise, DEFAULT_MEASURE),
        (default + 0.05, "energy"),
    ]:
        measure, reason = judge_rounds(np.stack([default, default - 0.2, other], axis=1))
        assert measure == expected
        assert reason.endswith(".")


def test_separability_is_the_chance_of_the_right_order():
    """Ties count half."""
    assert separability(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1
    assert separability(np.array([2.0, 3.0]), np.array([0.0, 1.0])) == 0
    assert separability(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert separability(np.array([0.0, 2.0]), np.array([1.0, 1.0])) == 0.5
