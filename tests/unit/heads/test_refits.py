"""Heads of folds for other labels."""

from __future__ import annotations

import numpy as np

from regraft.core import generator
from regraft.heads import Candidates, FoldRefits, FoldTable, cross_validate


def made(n_classes):
    """Features that tell classes, labels, folds and what cross-validation said."""
    rng = generator(0, "test")
    labels = rng.integers(0, n_classes, 150)
    features = (rng.standard_normal((150, 8)) + 2 * np.eye(8)[labels]).astype(np.float32)
    fold_of = np.arange(150) % 5
    candidates = Candidates("softmax", normalisations=("standard",), strengths=(1e-2, 1e-1))
    return features, labels, fold_of, cross_validate(features, labels, FoldTable.of(fold_of), candidates)


def test_the_same_labels_give_what_the_cross_validation_gave():
    """For two classes, which take one column, and for more."""
    for n_classes in (2, 4):
        features, labels, fold_of, found = made(n_classes)
        again = FoldRefits.like(found, features, fold_of).probabilities(labels, n_classes)
        assert np.abs(again - found.probabilities).mean() < 0.01  # both stop where steps are small, not at the end


def test_other_labels_are_learnt_and_classes_without_labels_get_nothing():
    """A class that no label names has the probability zero."""
    features, labels, fold_of, found = made(3)
    merged = np.where(labels == 2, 0, labels)
    said = FoldRefits.like(found, features, fold_of).probabilities(merged, 5)
    assert said.shape == (150, 5)
    assert not said[:, 2:].any()
    assert np.allclose(said.sum(axis=1), 1)
    assert (said.argmax(axis=1) == merged).mean() > 0.85


def test_what_is_left_out_teaches_nothing():
    """Wrong labels that no head is fitted on change nothing of what is said of the others, or of themselves."""
    features, labels, fold_of, found = made(3)
    refits = FoldRefits.like(found, features, fold_of)
    is_wrong = np.arange(150) < 30
    wrong = np.where(is_wrong, (labels + 1) % 3, labels)
    right, learnt, left_out = (
        refits.probabilities(*given).argmax(axis=1) for given in ((labels, 3), (wrong, 3), (wrong, 3, is_wrong))
    )
    assert (left_out == right).mean() > 0.9 > (learnt == right).mean()
