"""Accuracy in folds that tear groups against folds that do not."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing.series.split_gaps import Answers, GapMeasurement, _shuffled_within_classes


def measured(images, codes, **settings):
    """Answers for some groups."""
    measurement = GapMeasurement.of(images, codes, n_numbers_max=settings.pop("n_numbers_max", 10_000), seed=0)
    return measurement, measurement.measure(codes, n_repeats=settings.pop("n_repeats", 2), seed=1)


def test_torn_objects_cost_accuracy(draw_objects):
    """Where labels can be known from another view only, random folds promise much that grouped ones do not hold."""
    images = draw_objects(noise=0.2)
    _measurement, answers = measured(images, np.arange(300) // 5)
    assert answers.by_chance.mean() > answers.together.mean() + 0.15
    low, high = answers.drop_interval
    assert 0 < low < answers.drop < high
    assert answers.n_effective_units == pytest.approx(60)
    assert answers.n_effective_together < 250


def test_groups_by_chance_cost_nothing(draw_objects):
    """Shuffled groups give the same accuracy as no groups, within the interval."""
    codes = np.random.default_rng(0).permutation(300) // 5
    low, high = measured(draw_objects(), codes)[1].drop_interval
    assert low < 0 < high
    assert high - low < 0.15


def test_random_folds_are_the_grouped_ones_shuffled():
    """Each class has as many images in each fold as before."""
    rng = np.random.default_rng(0)
    folds, labels = rng.integers(0, 5, 200), rng.integers(0, 3, 200)
    mixed = _shuffled_within_classes(folds, labels, rng)
    assert (mixed != folds).any()
    for label in range(3):
        assert (np.sort(mixed[labels == label]) == np.sort(folds[labels == label])).all()


def test_a_class_in_one_group_is_not_judged(draw_objects):
    """What no fold could have learnt says nothing about the groups."""
    images = draw_objects()
    images.labels[:5] = 2
    _measurement, answers = measured(images, np.arange(300) // 5)
    assert len(answers.units) == 295


def test_many_images_are_measured_on_some_of_the_groups(draw_objects):
    """Groups are taken whole, until images times classes are as many as wanted."""
    images, codes = draw_objects(), np.arange(300) // 5
    measurement, answers = measured(images, codes, n_numbers_max=300)
    assert len(answers.units) == len(measurement.rows) == 150
    assert (np.bincount(codes[measurement.rows])[np.unique(codes[measurement.rows])] == 5).all()


def test_many_classes_are_measured_on_some(draw_objects):
    """Where there is no room for all classes, some are measured with more images of each."""
    images = draw_objects(n_objects=400)
    images.labels[:] = np.arange(2000) // 5 % 40
    measurement, answers = measured(images, np.arange(2000) // 5, n_numbers_max=2000, n_repeats=1)
    assert len(np.unique(measurement.images.labels)) == 3
    assert len(answers.units) == 150


def test_groups_that_are_too_large_are_measured_in_part(draw_objects):
    """Images of each are taken at random, where not even a few groups would fit whole."""
    images = draw_objects()
    measurement, answers = measured(images, np.arange(300) // 100, n_numbers_max=400)
    assert len(measurement.rows) == 200
    assert len(np.unique(answers.units)) == 3


def test_intervals_know_of_groups():
    """Answers that come in groups of ten say as little as a tenth of them."""
    right = np.repeat(np.random.default_rng(0).random(50) < 0.7, 10).astype(float)
    zeros = np.zeros(500)
    grouped = Answers(zeros, right, np.repeat(np.arange(50), 10), 0.0, 1)
    alone = Answers(zeros, right, np.arange(500), 0.0, 1)
    assert grouped.n_effective_together == pytest.approx(50, rel=0.1)
    assert alone.n_effective_together == pytest.approx(500, rel=0.1)
    wide, narrow = np.diff(grouped.drop_interval), np.diff(alone.drop_interval)
    assert 2.5 < wide / narrow < 4
