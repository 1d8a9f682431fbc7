"""How well strangers are told from known images, with intervals."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from regraft.core import generator
from regraft.evaluation import StrangerMeasures, measure_strangers


def test_shares_and_order_are_measured():
    """Three of four strangers are found, one of five known images is rejected; 17 of 20 pairs stand in order."""
    known, strange = np.array([0.0, 1, 2, 3, 8]), np.array([4.0, 6, 7, 9])
    found = measure_strangers(known, strange, 5.0)
    assert isinstance(found, StrangerMeasures)
    assert (found.rejected.value, found.found.value) == (0.2, 0.75)
    assert found.auroc.value == pytest.approx(17 / 20)
    assert found.auroc.method == "DeLong over images"
    assert found.rejected.low < 0.2 < found.rejected.high


@pytest.mark.parametrize("per_group", [1, 5])
def test_the_interval_holds_the_true_order(per_group):
    """As often as it says; images of a group are equal, and count as one."""
    truth = NormalDist().cdf(1 / np.sqrt(2))
    n_inside = 0
    groups = [str(row // per_group) for row in range(60 * per_group)] if per_group > 1 else None
    for seed in range(200):
        rng = generator(seed, "novelty")
        known, strange = (np.repeat(rng.normal(mean, size=60), per_group) for mean in (0, 1))
        found = measure_strangers(known, strange, 0.5, known_groups=groups, strange_groups=groups).auroc
        n_inside += found.low <= truth <= found.high
    assert 180 <= n_inside < 200
    assert found.method == ("DeLong over groups" if groups else "DeLong over images")
    assert found.n_groups == (120 if groups else None)


def test_a_clean_separation_is_no_certainty():
    """Of few images the interval goes below 1, and one known image is enough to measure."""
    found = measure_strangers(np.arange(10.0), np.arange(20.0, 30.0), 15.0).auroc
    assert found.value == found.high == 1
    assert 0.6 < found.low < 0.8
    alone = measure_strangers(np.zeros(1), np.zeros(1), 1.0)
    assert alone.auroc.value == 0.5
    assert alone.auroc.low < 0.5 < alone.auroc.high
