"""Thresholds for a stated rate, and how far the rate may lie from it."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import HeadError, generator
from regraft.heads import RateThreshold, effective_number, find_threshold, group_correlation, rate_band


def test_a_new_image_exceeds_the_threshold_at_the_stated_rate():
    """On average over samples exactly, whatever the distribution; the largest value alone is too low."""
    rng = generator(0, "test")
    alone = np.arange(39)
    rates = [
        np.exp(-find_threshold(rng.exponential(size=39), alone, 0.05).value)  # the chance to exceed it
        for _ in range(2000)
    ]
    assert abs(np.mean(rates) - 0.05) < 0.003


def test_images_of_one_group_count_as_few():
    """Five equal images in each group are worth one; the rate then holds for images of new groups."""
    rng = generator(1, "test")
    units = np.repeat(np.arange(60), 5)
    found = [find_threshold(np.repeat(rng.exponential(size=60), 5), units, 0.05) for _ in range(500)]
    assert [one.n_effective for one in found] == pytest.approx([60] * len(found))
    rate = np.mean([np.exp(-one.value) for one in found])
    assert 0.045 < rate < 0.055
    below_all = find_threshold(np.arange(60.0), np.arange(60), 0.05)
    assert (below_all.n_effective, below_all.correlation) == (60, 0)


def test_too_few_images_promise_less():
    """Of ten images none is known to be rarer than one in eleven: the largest is the threshold, and that is said."""
    found = find_threshold(np.arange(10.0), np.arange(10), 0.05)
    assert found.value == 9
    assert found.attainable_rate == pytest.approx(1 / 11)
    assert find_threshold(np.arange(99.0), np.arange(99), 0.05).attainable_rate == 0.05


def test_the_realised_share_lies_in_the_band_as_often_as_it_says():
    """Threshold and new images are drawn anew each time, in groups that are partly alike."""
    rng = generator(2, "test")

    def draw(n_groups):
        shared = rng.random(n_groups * 4) < 0.6
        own, common = rng.random(n_groups * 4), np.repeat(rng.random(n_groups), 4)
        return np.where(shared, common, own), np.repeat(np.arange(n_groups), 4)

    n_inside = 0
    for _ in range(400):
        threshold = find_threshold(*draw(80), 0.1)
        values, units = draw(50)
        low, high = threshold.band(units)
        n_inside += low <= (values > threshold.value).mean() <= high
    assert 0.92 < n_inside / 400 <= 1


@pytest.mark.parametrize(("correlation", "n"), [(0.0, 12), (1.0, 4), (0.5, 6)])
def test_the_effective_number_lies_between_groups_and_images(correlation, n):
    """Four groups of three images."""
    assert effective_number(np.repeat(np.arange(4), 3), correlation) == pytest.approx(n)


def test_correlation_within_groups_is_found():
    """None where values are drawn one by one, all where they are equal in a group, half where half are."""
    rng = generator(3, "test")
    units = np.repeat(np.arange(3000), 3)
    own, common = rng.random(9000), np.repeat(rng.random(3000), 3)
    assert group_correlation(own, units) < 0.03
    assert group_correlation(common, units) == pytest.approx(1)
    half = np.where(rng.random(9000) < np.sqrt(0.5), common, own)
    assert group_correlation(half, units) == pytest.approx(0.5, abs=0.05)
    assert group_correlation(own, np.arange(9000)) == 0
    assert group_correlation(np.ones(9000), units) == 0


def test_a_band_narrows_with_images_on_both_sides():
    """It holds the rate, and what is learnt from a million images is a binomial."""
    narrow, wide = rate_band(0.05, 1e6, 1000), rate_band(0.05, 100, 1000)
    assert wide[0] < narrow[0] < 0.05 < narrow[1] < wide[1]
    assert narrow == pytest.approx((0.0365, 0.0645), abs=0.001)  # scipy.stats.binom.interval(.95, 1000, .05): 37 to 64


def test_it_is_kept_as_json_values():
    """And nothing else makes one."""
    found = find_threshold(np.arange(50.0), np.arange(50) // 2, 0.1)
    assert RateThreshold.from_settings(found.settings()) == found
    for name, value in [("value", "1"), ("rate", 0), ("correlation", 2), ("n_images", True), ("value", float("nan"))]:
        with pytest.raises(HeadError, match="A threshold"):
            RateThreshold.from_settings(found.settings() | {name: value})
    for given in ({}, None, [0.1]):
        with pytest.raises(HeadError, match="has the settings value, rate"):
            RateThreshold.from_settings(given)
    with pytest.raises(ValueError, match="needs values and a rate"):
        find_threshold(np.zeros(0), np.zeros(0, np.int64), 0.1)
