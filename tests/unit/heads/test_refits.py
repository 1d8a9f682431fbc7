"""Heads of folds for other labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from regraft.core import generator
from regraft.heads import Candidates, FoldRefits, FoldTable, cross_validate


def drawn(n_classes):
    """Labels, and features that tell them."""
    rng = generator(0, "test")
    labels = rng.integers(0, n_classes, 150)
    return labels, (rng.standard_normal((150, 8)) + 2 * np.eye(8)[labels]).astype(np.float32)


def made(n_classes):
    """Labels of features that tell them, folds and what cross-validation said."""
    labels, features = drawn(n_classes)
    fold_of = np.arange(150) % 5
    candidates = Candidates("softmax", normalisations=("standard",), strengths=(1e-2, 1e-1))
    return labels, fold_of, cross_validate(features, labels, FoldTable.of(fold_of), candidates)


def test_the_same_labels_give_what_the_cross_validation_gave():
    """For two classes, which take one column, and for more: where it ended, no step is left."""
    for n_classes in (2, 4):
        labels, _fold_of, found = made(n_classes)
        again = FoldRefits.like(found, n_classes).fit(labels)
        assert again.n_iterations == 1
        np.testing.assert_allclose(again.probabilities, found.probabilities, atol=0.02)  # another temperature


def test_other_labels_are_learnt_and_classes_without_labels_get_nothing():
    """A class that no label names has the probability zero; a start with other classes is no use, and no harm."""
    labels, _fold_of, found = made(3)
    refits = FoldRefits.like(found, 5)
    merged = np.where(labels == 2, 0, labels)
    said = refits.fit(merged, start=refits.fit(labels)).probabilities
    assert said.shape == (150, 5)
    assert not said[:, 2:].any()
    assert np.allclose(said.sum(axis=1), 1)
    assert (said.argmax(axis=1) == merged).mean() > 0.85


def test_heads_on_other_folds_say_what_their_own_cross_validation_says():
    """All deals of the samples are fitted together, for two classes and for more."""
    for n_classes in (2, 4):
        labels, fold_of, found = made(n_classes)
        deals = [FoldTable.of(fold_of), FoldTable.of(np.arange(150) // 30), FoldTable.of(np.arange(150) // 50)]
        predicted = FoldRefits.like(found, n_classes).predict(labels, deals)
        one_strength = Candidates("softmax", normalisations=("standard",), strengths=(found.strength,))
        for row, deal in zip(predicted, deals, strict=True):
            alone = cross_validate(drawn(n_classes)[1], labels, deal, one_strength)
            assert (row == alone.classes[alone.scores.argmax(axis=1)]).mean() > 0.98


def test_what_is_left_out_teaches_nothing():
    """Wrong labels that no head is fitted on change little of what is said of the others, or of themselves."""
    labels, _fold_of, found = made(3)
    refits = FoldRefits.like(found, 3)
    is_wrong = np.arange(150) < 50
    wrong = np.where(is_wrong, (labels + 1) % 3, labels)
    right, learnt, left_out = (
        fitted.probabilities.argmax(axis=1)
        for fitted in (refits.fit(labels), refits.fit(wrong), refits.fit(wrong, is_left_out=is_wrong))
    )
    assert (left_out == right).mean() > 0.9 > (learnt == right).mean()


def test_a_start_saves_steps_and_changes_little():
    """From the cross-validation's heads, or those of labels that are mostly the same, also for some of the samples."""
    labels, _fold_of, found = made(4)
    refits = FoldRefits.like(found, 4)
    changed = np.where(np.arange(150) < 3, (labels + 1) % 4, labels)
    cold = replace(refits, weights=np.zeros_like(refits.weights)).fit(changed)
    for warm in (refits.fit(changed), refits.fit(changed, start=refits.fit(labels))):
        assert warm.n_iterations < cold.n_iterations
        assert np.abs(warm.probabilities - cold.probabilities).mean() < 0.02
    rows = np.arange(20, 150)
    part = refits.select(rows).fit(labels[rows], start=refits.fit(labels))
    assert np.abs(part.probabilities - cold.probabilities[rows]).mean() < 0.05
