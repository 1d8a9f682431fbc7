"""Likeness against the exact moments of all shuffles."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from regraft.auditing.series.closeness import (
    closeness_of_groups,
    closeness_of_neighbours,
    individual_traits,
    likeness,
    likeness_across,
)


def drawn_traits(n, n_dimensions=3, seed=0):
    """Rows of length 1."""
    rows = np.random.default_rng(seed).normal(size=(n, n_dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_moments_are_those_of_all_shuffles():
    """Mean and variance in closed form are those of every order of six images, for groups and for a chain."""
    traits, labels, codes = drawn_traits(6), np.zeros(6, np.int64), np.array([0, 0, 0, 1, 1, 2])
    likenesses = traits.astype(float) @ traits.T.astype(float)
    in_group = (codes[:, None] == codes) & ~np.eye(6, dtype=bool)
    in_chain = np.abs(np.subtract.outer(np.arange(6), np.arange(6))) == 1
    chain = np.arange(5), np.arange(1, 6)
    for is_pair, found in (
        (in_group, closeness_of_groups(traits, labels, codes)),
        (in_chain, closeness_of_neighbours(traits, labels, chain)),
    ):
        sums = [likenesses[np.ix_(order, order)][is_pair].sum() for order in permutations(range(6))]
        wanted = (likenesses[is_pair].sum() - np.mean(sums)) / np.std(sums)
        assert found.surplus == pytest.approx(wanted, rel=1e-4)
        assert found.n_pairs == is_pair.sum() // 2
        assert found.within == pytest.approx(likenesses[is_pair].mean(), abs=1e-5)


def test_classes_are_shuffled_each_by_itself():
    """Sums and variances of several classes add up; a class of three images is passed over."""
    traits, codes = drawn_traits(11), np.array([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2])
    labels = np.repeat([0, 1, 2], [4, 4, 3])
    both = closeness_of_groups(traits, labels, codes)
    assert both == closeness_of_groups(traits[:8], labels[:8], codes[:8])
    assert both.n_pairs == 4


def test_shuffled_groups_do_not_stand_out():
    """Of 100 groupings by chance none is four standard deviations above the shuffles, and their mean is 0."""
    traits, labels = drawn_traits(200, 16), np.repeat([0, 1], 100)
    rng = np.random.default_rng(1)
    found = [closeness_of_groups(traits, labels, rng.permutation(200) // 4).surplus for _ in range(100)]
    assert abs(np.mean(found)) < 0.4
    assert 0.6 < np.std(found) < 1.4
    assert max(found) < 4


def test_traits_know_no_classes():
    """What a class has in common is gone, and all directions count alike."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 100)
    embedding = rng.normal(size=(200, 20)).astype(np.float32) + 50 * labels[:, None]
    embedding[:, 0] *= 30
    traits = individual_traits(embedding, labels, seed=0)
    assert traits.shape == (200, 20)
    assert np.allclose(np.linalg.norm(traits, axis=1), 1, atol=1e-5)
    across = likeness(traits, (np.arange(100), np.arange(100, 200)))
    assert abs(across) < 0.1
    assert np.abs(traits[:, 0]).mean() < 2 * np.abs(traits[:, 10]).mean()


def test_likeness_over_classes_is_told_from_chance():
    """Objects that lie in two classes are alike there; names that come back by chance are not."""
    rng = np.random.default_rng(0)
    objects = rng.normal(size=(30, 8)).astype(np.float32)
    rows = np.concatenate([objects, objects]) + 0.3 * rng.normal(size=(60, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels, codes = np.repeat([0, 1], 30), np.tile(np.arange(30), 2)
    assert likeness_across(rows, labels, codes) > 4
    assert likeness_across(rows, labels, np.r_[np.arange(30), rng.permutation(30)]) < 3
    assert likeness_across(rows, labels, np.arange(60)) == 0


def test_no_pairs_are_no_likeness():
    """Nothing in, nothing out."""
    nothing = np.zeros(0, np.int64)
    assert likeness(drawn_traits(4), (nothing, nothing)) == 0
    assert closeness_of_groups(drawn_traits(4), np.zeros(4, np.int64), np.arange(4)).surplus == 0
