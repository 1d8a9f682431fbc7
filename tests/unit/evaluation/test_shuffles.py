"""Shuffles that keep units whole, and p values of the largest of many statistics."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator
from regraft.evaluation import corrected_p_values, shuffle_units


@pytest.mark.parametrize("units", [np.arange(30), np.repeat(np.arange(10), 3), np.array([5, 0, 5, 0, 7, 7, 2, 2])])
def test_units_of_one_size_change_places_as_a_whole(units):
    """Each unit gets the rows of one unit, in their order, and every row is given once."""
    for order in shuffle_units(units, 5, generator(0)):
        assert sorted(order) == list(range(len(units)))
        for unit in np.unique(units):
            given = order[units == unit]
            assert given.tolist() == np.flatnonzero(units == units[given[0]]).tolist()


def test_large_units_are_not_mixed_with_single_images():
    """Where there are enough of each size, a unit of five never takes the labels of single images."""
    units = np.concatenate([np.arange(20), np.repeat(np.arange(20, 30), 5)])
    for order in shuffle_units(units, 5, generator(1)):
        assert (order[:20] < 20).all()
        assert (np.diff(order[20:].reshape(10, 5), axis=1) == 1).all()


def test_a_unit_keeps_one_label_whatever_the_sizes_are():
    """Units of 1 to 9 images that share a label each have one label after every shuffle, and not always their own."""
    rng = generator(4)
    units = np.repeat(np.arange(60), rng.integers(1, 10, 60))
    labels = rng.integers(0, 5, 60)[units]
    changed = 0
    for order in shuffle_units(units, 5, rng):
        given = labels[order]
        assert all(len(set(given[units == unit].tolist())) == 1 for unit in range(60))
        changed += int((given != labels).sum())
    assert changed > len(units)


def test_the_largest_of_many_by_chance_is_no_discovery():
    """Of 400 statistics that are all chance, some are beyond 1 in 100 by themselves, and none is after correction."""
    rng = generator(2)
    found, by_chance = rng.normal(size=400), rng.normal(size=(500, 400))
    p_values = corrected_p_values(found, by_chance)
    assert (found > 2.33).any()
    assert p_values.min() > 0.02
    found[7] = 6.0
    assert corrected_p_values(found, by_chance).argmin() == 7
    assert corrected_p_values(found, by_chance).min() < 0.01


def test_what_no_shuffle_changes_is_no_evidence():
    """A statistic that is the same in every shuffle has no p value to speak of."""
    by_chance = np.column_stack([np.full(99, 5.0), generator(3).normal(size=99)])
    assert corrected_p_values(np.array([5.0, 0.0]), by_chance)[0] > 0.1
