from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator
from regraft.evaluation.bootstrap import (
    basic_interval,
    percentile_interval,
    resample,
    sampling_units,
    units_by_class,
)


def test_images_without_a_group_stand_alone():
    """Each image without a group is a unit of its own, whatever the groups are called."""
    units = sampling_units(5, ("a", None, "a", None, "0"))
    assert units.n_units == 4
    assert units.unit_of_image.tolist() == [0, 1, 0, 2, 3]
    assert units.grouped
    assert units.n_groups == 4


@pytest.mark.parametrize("groups", [None, (None,) * 3, ("a", "b", "c")])
def test_groups_of_one_are_no_groups(groups):
    """Where no group holds two images, the images are independent."""
    units = sampling_units(3, groups)
    assert not units.grouped
    assert units.n_units == units.n_images == 3
    assert units.n_groups is None


def test_a_resample_draws_as_many_units_as_there_are():
    """Weights are whole numbers that sum to n in every resample."""
    units = sampling_units(50, None)
    seen = resample(lambda w: {"sum": w.sum(axis=0), "whole": (w == np.round(w)).all(axis=0)}, units, generator(0), 300)
    assert seen["sum"].tolist() == [50] * 300
    assert seen["whole"].all()


def test_a_group_is_drawn_as_a_whole():
    """The images of a group always have the same weight."""
    units = sampling_units(6, ("a", "a", "a", "b", "b", None))
    weights = []

    def keep(drawn):
        weights.append(drawn)
        return {"sum": drawn.sum(axis=0)}

    resample(keep, units, generator(0), 200)
    drawn = np.concatenate(weights, axis=1)
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[1] == drawn[2]).all()
    assert (drawn[3] == drawn[4]).all()
    assert not (drawn[0] == drawn[3]).all()


def test_the_spread_of_a_mean_is_the_textbook_one():
    """The bootstrap's standard deviation of a mean is close to s / sqrt(n)."""
    values = np.random.default_rng(3).normal(size=400)
    units = sampling_units(400, None)
    means = resample(lambda w: {"mean": values @ w / w.sum(axis=0)}, units, generator(1), 2000)["mean"]
    assert means.std() == pytest.approx(values.std() / 20, rel=0.06)


def test_many_images_are_drawn_in_pieces():
    """Resamples that come in several pieces are as many as were asked for, and equal seeds give equal ones."""
    units = sampling_units(300_000, None)
    first, second = (
        resample(lambda w: {"first": w[0].astype(float)}, units, generator(2), 8)["first"] for _ in range(2)
    )
    assert len(first) == 8
    assert np.array_equal(first, second)


def test_the_basic_interval_mirrors_the_percentile_interval():
    """A statistic that resampling inflates gets an interval that reaches down, and always holds the value."""
    resampled = np.linspace(0.2, 0.4, 1001)
    low, high = percentile_interval(resampled, 0.9)
    assert (low, high) == pytest.approx((0.21, 0.39))
    assert basic_interval(0.25, resampled, 0.9) == pytest.approx((0.11, 0.29))
    assert basic_interval(0.1, resampled, 0.9)[1] == 0.1


def test_units_are_counted_by_class():
    """Three images of one object count once; an object with two classes counts for both."""
    units = sampling_units(5, ("a", "a", "a", "b", "b"))
    assert units_by_class(np.array([0, 0, 0, 0, 1]), units, 3).tolist() == [2, 1, 0]
