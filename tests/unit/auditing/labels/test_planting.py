"""Errors that are planted and looked for."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing.labels.opinions import look_twice
from regraft.auditing.labels.planting import Ground, Trial
from regraft.auditing.labels.votes import neighbours_outside
from regraft.data import cluster_units


@pytest.fixture
def ground(clouds):
    """A function that makes images, and what is needed to plant errors among them."""

    def make(**settings):
        images, heads = clouds(**settings)
        first, second = look_twice(heads, images.labels)
        neighbours = neighbours_outside(images.embedding, images.fold_of)
        units = cluster_units(images.digests, images.groups)
        return Ground(heads, first, second, images.labels, units, neighbours, np.zeros(len(images), np.bool_))

    return make


def test_errors_are_planted_in_three_ways_and_in_two_where_there_are_two_classes(ground):
    """The class that an image resembles most, its own left aside, is any other of two."""
    trials = ground().plant(seed=0)
    assert set(trials) == {"random", "similar", "series"}
    assert all(trial.n_planted == len(trial.is_foreseen) >= 30 for trial in trials.values())
    assert all(0 <= trial.ranks.min() <= trial.ranks.max() < 1 for trial in trials.values())
    assert set(ground(n_classes=2).plant(seed=0)) == {"random", "series"}


def test_what_is_planted_is_found_where_classes_are_plain_and_by_chance_where_they_are_one(ground):
    """Recall is near one in the one case, and near the part that is looked at in the other."""
    assert all(trial.recall > 0.9 for trial in ground().plant(seed=0).values())
    assert all(trial.recall < 0.2 for trial in ground(distance=0.0).plant(seed=0).values())


def test_images_without_objects_get_series_too(ground):
    """An image and those of its label that are nearest to it in other folds."""
    trial = ground(n_views=1, n_objects=120).plant(seed=0)["series"]
    assert trial.n_planted >= 30
    assert trial.recall > 0.5


def test_of_many_images_some_are_enough(ground):
    """They are chosen by objects; heads that learn from fewer find no more. Few images are all taken."""
    whole = ground(distance=3.0, n_objects=80)
    part = whole.of_bounded_size(360, seed=0)
    assert len(part.labels) == 360
    assert np.unique(part.units, return_counts=True)[1].tolist().count(3) >= 118
    assert part.neighbours.max() < 360
    assert 0.5 < part.plant(seed=0)["random"].recall < whole.plant(seed=0)["random"].recall + 0.05
    assert whole.of_bounded_size(720, seed=0) is whole


def test_the_interval_of_a_recall_is_wider_for_series_and_for_few_errors():
    """Of 40 planted errors, found by the half: alone, or four at a time; and of as many true ones as are asked for."""
    is_found = np.arange(40) < 20
    alone, in_series = (Trial(np.where(is_found, 0.0, 0.5), is_found, 0.5, np.arange(40) // n) for n in (1, 4))
    assert alone.recall == 0.5
    low, high = alone.recall_interval(40)
    assert 0.25 < low < 0.35
    assert np.isclose(low + high, 1)
    assert in_series.recall_interval(40)[0] < low < alone.recall_interval(4000)[0]
    assert in_series.recall_interval(1) == (0.0, 1.0)
