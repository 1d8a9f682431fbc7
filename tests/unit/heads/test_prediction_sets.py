"""Sets of classes that hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import HeadError, generator
from regraft.heads import (
    Candidates,
    FoldTable,
    KnownImages,
    PredictionSets,
    cross_validate,
    find_sets,
    fit_sets,
    softmax,
)


def draw(n, *, seed, sharpness=1.0, per_unit=1):
    """Images whose truth is drawn from the probabilities of their scores; of one unit all have the same."""
    rng = generator(seed, "images")
    scores = np.repeat(2 * sharpness * rng.standard_normal((n, 4)), per_unit, axis=0)
    labels = (softmax(scores).cumsum(axis=1) < np.repeat(rng.random((n, 1)), per_unit, axis=0)).sum(axis=1)
    units = np.repeat(np.arange(n), per_unit)
    return KnownImages(np.zeros((n * per_unit, 1), np.float32), labels, units, FoldTable.of(units % 5), scores)


def covered(sets, new):
    named = sets.sets(softmax(new.head_scores))
    return named[np.arange(len(named)), new.labels]


@pytest.mark.parametrize("coverage", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("per_unit", [1, 4])
def test_the_truth_is_among_them_at_the_stated_rate(coverage, per_unit):
    """On average over samples, alone and in groups; and for each sample within the band that it says."""
    shares, n_inside = [], 0
    for seed in range(60):
        sets = fit_sets(draw(200, seed=seed, per_unit=per_unit), coverage=coverage)
        new = draw(300, seed=1000 + seed, per_unit=per_unit)
        shares.append(covered(sets, new).mean())
        low, high = sets.coverage_band(new.units)
        n_inside += low <= shares[-1] <= high
    assert np.mean(shares) == pytest.approx(coverage, abs=0.012)
    assert n_inside >= 54


def test_no_set_is_empty_and_more_is_said_where_that_covers_more():
    """A classifier that is nearly always right names one class each, and the band lies about its accuracy."""
    known, new = draw(500, seed=0, sharpness=12), draw(500, seed=1, sharpness=12)
    sets = fit_sets(known, coverage=0.8)
    named = sets.sets(softmax(new.head_scores))
    assert (named.sum(axis=1) == 1).all()
    assert (named.argmax(axis=1) == new.head_scores.argmax(axis=1)).all()
    low, high = sets.coverage_band(new.units)
    assert 0.8 < low <= covered(sets, new).mean() <= high
    assert sets.mean_size == 1
    assert sets.size_band(new.units) == (1, 1)


def test_more_coverage_takes_larger_sets():
    """Each holds the smaller one."""
    known, new = draw(500, seed=0), draw(500, seed=1)
    named = [fit_sets(known, coverage=coverage).sets(softmax(new.head_scores)) for coverage in (0.8, 0.9, 0.95)]
    assert (named[0] <= named[1]).all()
    assert (named[1] <= named[2]).all()
    assert named[0].sum() < named[1].sum() < named[2].sum()


def test_the_mean_size_lies_in_its_band():
    """As often as it says."""
    n_inside = 0
    for seed in range(100):
        sets, new = fit_sets(draw(200, seed=seed)), draw(200, seed=1000 + seed)
        low, high = sets.size_band(new.units)
        n_inside += low <= sets.sets(softmax(new.head_scores)).sum(axis=1).mean() <= high
    assert 90 <= n_inside < 100


def test_what_few_images_cannot_promise_is_said():
    """Of 30 images none stands for one in a hundred."""
    sets = fit_sets(draw(30, seed=0), coverage=0.99)
    assert sets.coverage == pytest.approx(0.99)
    assert sets.attainable_coverage == pytest.approx(30 / 31)


def test_images_of_a_class_that_no_fold_knew_do_not_count():
    """Their truth cannot be named; a class in one fold alone says nothing of how often it is."""
    rng = generator(0, "test")
    features = rng.standard_normal((60, 5)).astype(np.float32)
    labels = np.where(np.arange(60) % 5 == 0, 7, np.arange(60) % 2)
    folds = FoldTable.of(np.arange(60) % 5)
    heads = cross_validate(features, labels, folds, Candidates("softmax", normalisations=("l2",), strengths=(1.0,)))
    known = KnownImages.of(features, labels, np.arange(60), heads)
    assert np.array_equal(known.is_judged, labels != 7)
    assert set(known.labels) == {0, 1, 2}
    assert softmax(known.head_scores) == pytest.approx(heads.probabilities)
    assert fit_sets(known).threshold.n_images == 48
    with pytest.raises(HeadError, match="No class has images in two folds"):
        fit_sets(KnownImages(features, labels % 5, np.arange(60), FoldTable.of(labels % 5), known.head_scores))


def test_they_are_kept_as_json_values():
    """And nothing else makes them."""
    sets = fit_sets(draw(100, seed=0))
    assert PredictionSets.from_settings(sets.settings()) == sets
    for damaged in ({}, {"threshold": {}}, {"threshold": None}, {"mean_size": "1"}, {"miss_rate": float("nan")}):
        with pytest.raises(HeadError):
            PredictionSets.from_settings(sets.settings() | damaged if damaged else {})


def test_few_images_without_a_miss_promise_little():
    """Of 20 images none was missed: of 20 new ones two may be."""
    probabilities, labels = np.tile([0.9, 0.1], (20, 1)), np.zeros(20, np.int64)
    sets = find_sets(probabilities, labels, np.arange(20), coverage=0.9)
    assert sets.miss_rate == 0
    low, high = sets.coverage_band(np.arange(20))
    assert low <= 0.9
    assert high == 1
