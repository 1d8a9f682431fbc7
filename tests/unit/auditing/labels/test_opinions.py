"""What heads and neighbours say of labels."""

from __future__ import annotations

import numpy as np

from regraft.auditing.labels.confident import class_thresholds, confident_classes
from regraft.auditing.labels.opinions import Opinions, alternatives, chances_of_error, suspicions, usual_chances
from regraft.auditing.labels.votes import neighbours_outside, vote
from regraft.core import generator
from regraft.heads import Refit


def said(probabilities, is_known=1):
    """By heads that know all classes, or those that are given."""
    return Refit(probabilities, np.zeros((0, 0, 0)), 1, np.zeros_like(probabilities) + is_known > 0)


def test_a_class_is_confidently_told_by_its_own_threshold():
    """A rare, hard class is given little by its own images, so little is enough."""
    labels = np.array([0, 0, 0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.45, 0.55], [0.7, 0.3], [0.1, 0.9]])
    everybody = np.ones(6, np.bool_)
    assert np.allclose(class_thresholds(labels, probabilities, everybody), [0.7875, 0.6])
    assert confident_classes(labels, probabilities, everybody).tolist() == [0, 0, 0, 0, 1, 1]
    probabilities[3] = [0.4, 0.6]
    assert confident_classes(labels, probabilities, everybody).tolist() == [0, 0, 0, 1, 1, 1]
    assert class_thresholds(labels, np.pad(probabilities, ((0, 0), (0, 1))), everybody)[2] == np.inf


def test_a_label_that_nobody_knows_is_not_contradicted_and_moves_no_threshold():
    """Its class has the probability zero since no head has learnt it, not since the image is unlike it."""
    labels = np.array([0, 0, 0, 1, 2])
    certain = np.eye(3)[[0, 0, 1, 1, 0]]
    is_known = np.eye(3)[[0, 1, 2, 0, 1]] + np.eye(3)[[1, 0, 0, 1, 0]]
    heads = said(certain, is_known)
    assert heads.knows(labels).tolist() == [True, True, True, True, False]
    opinions = Opinions(labels, heads, certain)
    assert opinions.likely.tolist() == [0, 0, 1, 1, 2]
    assert opinions.is_seconded.tolist() == [False, False, True, False, False]
    assert opinions.suspicions.argmax() == 2
    assert opinions.suspicions[4] == 0
    assert class_thresholds(labels, certain, heads.knows(labels))[2] == np.inf


def test_an_image_like_no_class_is_less_suspicious_than_one_like_another():
    """Both have the same small probability of their label; only one has a class that it looks like."""
    heads = np.array([[0.1, 0.3, 0.3, 0.3], [0.1, 0.9, 0.0, 0.0], [0.9, 0.1, 0.0, 0.0]])
    labels = np.array([0, 0, 0])
    unlike, like, right = suspicions(labels, said(heads), usual_chances(labels, said(heads)))
    assert 0 < right < unlike < like < 1
    assert alternatives(np.array([0, 1, 1]), heads).tolist() == [1, 0, 0]


def test_a_slip_and_a_label_that_was_confused_are_both_suspicious():
    """Of three images with the same most probable class the first resembles its label not at all, the next a little."""
    heads = np.array([[0.0, 0.85, 0.15], [0.1, 0.85, 0.05], [0.1, 0.45, 0.45]])
    slip, confused, unlike = chances_of_error(np.array([0, 0, 0]), heads)
    assert slip > confused > unlike > 0.5
    both = np.array([[0.2, 0.8], [0.8, 0.2]])
    assert np.allclose(chances_of_error(np.array([0, 0]), both), [0.8, 0.2], rtol=0.05)


def test_an_image_of_a_hard_class_is_judged_beside_its_class():
    """The same doubt is less suspicious where all images of the class are doubtful."""
    labels = np.repeat([0, 1], 50)
    heads = np.where(labels[:, None] == 0, [0.95, 0.05], [0.4, 0.6])
    heads[[0, 50]] = [[0.4, 0.6], [0.6, 0.4]]
    scores = suspicions(labels, said(heads), usual_chances(labels, said(heads)))
    assert scores.argmax() == 0
    assert scores[0] > scores[50] + 0.05


def test_neighbours_second_a_contradiction_where_they_name_the_same_class():
    """Of three images that heads contradict they second the one, name another class for the next, and back the last."""
    labels = np.array([0, 0, 0, 1, 2])
    certain = np.eye(3)
    heads, neighbours = certain[[1, 1, 1, 1, 2]], certain[[1, 2, 0, 1, 2]]
    opinions = Opinions(labels, said(heads), neighbours)
    assert opinions.likely.tolist() == [1, 1, 1, 1, 2]
    assert opinions.is_seconded.tolist() == [True, False, False, False, False]


def test_no_neighbour_is_of_the_own_fold():
    """The nearest of all others come first, at most 32."""
    rng = generator(0, "test")
    rows = rng.standard_normal((90, 5)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    fold_of = np.arange(90) % 3
    neighbours = neighbours_outside(rows, fold_of)
    assert neighbours.shape == (90, 32)
    assert (fold_of[neighbours] != fold_of[:, None]).all()
    similarities = rows @ rows.T
    similarities[fold_of[:, None] == fold_of] = -2
    assert np.array_equal(neighbours, np.argsort(-similarities, axis=1, kind="stable")[:, :32])


def test_neighbours_vote_for_their_labels():
    """Shares of all classes, none of them zero, and with as many votes as tell the labels best."""
    labels = np.array([0] * 10 + [1] * 10)
    neighbours = np.stack([np.roll(np.arange(10), -shift) for shift in range(1, 5)], axis=1)
    neighbours = np.concatenate([neighbours, neighbours + 10])
    shares = vote(neighbours, labels, 3)
    assert np.allclose(shares.sum(axis=1), 1)
    assert (shares > 0).all()
    assert np.array_equal(shares.argmax(axis=1), labels)
    assert shares.max() > 4 / 5
