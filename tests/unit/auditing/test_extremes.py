"""How far out values lie."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing.extremes import n_expected_beyond


@pytest.mark.parametrize("draw", ["normal", "exponential", "uniform", "logistic"])
def test_the_largest_by_chance_is_expected(draw):
    """Of values that have one law, be its tail short or long, hardly any lies where a twentieth of one should."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 1000)
    counts = [(n_expected_beyond(getattr(rng, draw)(size=1000), labels) <= 0.05).sum() for _ in range(20)]
    assert np.mean(counts) <= 0.3


def test_a_value_that_is_far_out_is_not_expected():
    """Ten of 500 that lie far above are told, and nothing else."""
    values = np.random.default_rng(1).normal(size=500)
    values[:10] += 9
    assert np.flatnonzero(n_expected_beyond(values, np.zeros(500, np.int64)) <= 0.05).tolist() == list(range(10))


def test_a_class_whose_values_are_all_large_is_not_told():
    """Smooth things are no blurred pictures: only the one that is out of its own class is."""
    rng = np.random.default_rng(2)
    labels = np.repeat([0, 1, 3], [300, 200, 20])
    values = rng.normal(size=520) + 8 * (labels == 1) + 9 * (labels == 3)
    values[310] += 8
    assert np.flatnonzero(n_expected_beyond(values, labels) <= 0.05).tolist() == [310]


def test_equal_values_have_no_tail():
    """Where nearly all are the same there is no scale, and nothing is told."""
    values = np.zeros(200)
    values[0] = 1
    assert np.isinf(n_expected_beyond(values, np.zeros(200, np.int64))).all()
