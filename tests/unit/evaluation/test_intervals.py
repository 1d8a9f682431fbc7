from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from regraft.evaluation import Estimate
from regraft.evaluation.intervals import of_the_time, wilson_estimate, wilson_interval

HALF = Estimate(value=0.5, low=0.4, high=0.6, n=10, method="Wilson score")


@given(st.integers(1, 5000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_wilson_interval_is_scipys(n, part, confidence):
    """The interval agrees with scipy's for any count, and always holds the observed share."""
    n_right = round(part * n)
    low, high = wilson_interval(n_right / n, n, confidence)
    expected = stats.binomtest(n_right, n).proportion_ci(confidence, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= n_right / n <= high <= 1


def test_a_fractional_number_of_trials_gives_a_width_between():
    """Between two whole numbers lies a width between theirs: what is drawn by groups has such a size."""
    widths = [high - low for low, high in (wilson_interval(0.3, n, 0.95) for n in (7, 7.5, 8))]
    assert widths == sorted(widths, reverse=True)
    assert len(set(widths)) == 3


def test_an_interval_holds_95_times_of_100_unless_told():
    """Where nothing is said, the confidence is 95 %."""
    assert wilson_interval(0.3, 7) == wilson_interval(0.3, 7, 0.95)


def test_an_estimate_reads_well():
    """As text an estimate shows its interval, where there is one."""
    assert str(HALF) == "0.500 (0.400 to 0.600)"


@pytest.mark.parametrize("lacking", [{"low": None}, {"high": None}, {"low": None, "high": None}])
def test_without_an_interval_the_number_stands_alone(lacking):
    """One end is no interval."""
    alone = HALF.model_copy(update=lacking)
    assert str(alone) == "0.500"
    assert of_the_time(alone, 0.95) == "50.0 % of the time"


@pytest.mark.parametrize(("confidence", "words"), [(0.95, "95 %"), (0.8, "80 %"), (0.999, "99.9 %")])
def test_a_share_in_words_says_how_sure_the_interval_is(confidence, words):
    """In per cent, with the confidence that it was made with."""
    share = HALF.model_copy(update={"value": 0.8704, "low": 0.8431, "high": 0.8938})
    assert of_the_time(share, confidence) == f"87.0 % of the time ({words} interval 84.3 to 89.4)"


def test_a_share_of_images_rests_on_their_groups():
    """Ten images of four objects are as good as four; where images are independent, groups are not spoken of."""
    grouped = wilson_estimate(0.5, 10, 4, 0.9, grouped=True)
    assert (grouped.low, grouped.high) == wilson_interval(0.5, 4, 0.9)
    assert (grouped.value, grouped.n, grouped.n_groups, grouped.method) == (0.5, 10, 4, "Wilson score over groups")
    alone = wilson_estimate(0.2, 10, 10, 0.95, grouped=False)
    assert (alone.low, alone.high) == wilson_interval(0.2, 10)
    assert (alone.value, alone.n, alone.n_groups, alone.method) == (0.2, 10, None, "Wilson score")


def test_where_there_is_no_interval_its_ends_are_the_value():
    """Each end by itself."""
    assert HALF.ends == (0.4, 0.6)
    assert HALF.model_copy(update={"low": None}).ends == (0.5, 0.6)
    assert HALF.model_copy(update={"high": None}).ends == (0.4, 0.5)
