from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regraft.evaluation import Estimate, wilson_interval


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_wilson_interval_is_scipys(n, part, confidence):
    """The interval agrees with scipy's for any count, and always holds the observed share."""
    n_right = round(part * n)
    low, high = wilson_interval(n_right / n, n, confidence)
    expected = stats.binomtest(n_right, n).proportion_ci(confidence, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= n_right / n <= high <= 1


def test_an_estimate_reads_well():
    """As text an estimate shows its interval, where there is one."""
    estimate = Estimate(value=0.5, low=0.4, high=0.6, n=10, method="Wilson score")
    assert str(estimate) == "0.500 (0.400 to 0.600)"
    assert str(estimate.model_copy(update={"low": None, "high": None})) == "0.500"
