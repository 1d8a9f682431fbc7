from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from regraft.evaluation import compare_paired
from regraft.evaluation.comparison import holm, mcnemar_mid_p, pareto_front


def answers(n_both, n_first, n_second, n_none):
    """(first, second) whether each was right."""
    counts = (n_both, n_first, n_second, n_none)
    return np.repeat([True, True, False, False], counts), np.repeat([True, False, True, False], counts)


def test_mid_p_is_half_a_step_below_the_exact_test():
    """The mid-p value counts the observed table half (Fagerland et al. 2013)."""
    expected = 2 * (binom.cdf(2, 15, 0.5) + binom.pmf(3, 15, 0.5) / 2)
    assert mcnemar_mid_p(3, 12) == mcnemar_mid_p(12, 3) == pytest.approx(expected)
    assert mcnemar_mid_p(3, 12) < binomtest(3, 15, 0.5).pvalue
    assert mcnemar_mid_p(0, 0) == mcnemar_mid_p(7, 7) == 1


def test_published_example():
    """Bentur et al. (2009), as in Fagerland et al. (2013), table 3: 1 and 7 discordant of 21, mid-p 0.0391."""
    found = compare_paired(*answers(1, 1, 7, 12))
    assert found.p_value == pytest.approx(0.0391, abs=5e-5)
    assert found.value == pytest.approx(-6 / 21)
    assert (found.n_only_first, found.n_only_second, found.n, found.n_groups) == (1, 7, 21, None)
    # Fagerland, Lydersen and Laake (2014), table 5: Bonett-Price interval of the same data
    assert (found.low, found.high) == pytest.approx((-0.507, -0.016), abs=1.5e-2)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """At n = 200 with a true difference of 5 points, about 95 % of the intervals hold it."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        draw = rng.choice(4, 200, p=[0.7, 0.1, 0.05, 0.15])
        found = compare_paired(np.isin(draw, [0, 1]), np.isin(draw, [0, 2]))
        held += found.low <= 0.05 <= found.high
    assert 0.92 <= held / 400 <= 0.985


@pytest.mark.slow
def test_equal_classifiers_seldom_differ():
    """False alarms at 5 % are about 5 % of all, with and without groups."""
    rng = np.random.default_rng(0)
    alarms = {"images": 0, "groups": 0}
    names = [str(unit) for unit in np.repeat(np.arange(60), 5)]
    for _ in range(200):
        by_group = rng.random((2, 60)) < 0.6
        first, second = (np.repeat(row, 5) for row in by_group)  # all images of a group are alike
        alarms["images"] += compare_paired(*(rng.random((2, 300)) < 0.6)).p_value < 0.05
        alarms["groups"] += compare_paired(first, second, groups=names).p_value < 0.05
    assert alarms["images"] <= 20
    assert alarms["groups"] <= 20


def test_groups_make_the_interval_wider():
    """Five alike images are no five independent ones."""
    rng = np.random.default_rng(0)
    first, second = (np.repeat(rng.random(60) < share, 5) for share in (0.8, 0.6))
    alone = compare_paired(first, second)
    grouped = compare_paired(first, second, groups=[str(unit) for unit in np.repeat(np.arange(60), 5)])
    assert grouped.n_groups == 60
    assert grouped.high - grouped.low > 1.8 * (alone.high - alone.low)
    assert grouped.p_value > alone.p_value
    assert grouped == compare_paired(first, second, groups=[str(unit) for unit in np.repeat(np.arange(60), 5)])


def test_identical_answers():
    """No difference, and no evidence of one."""
    first, _ = answers(10, 5, 0, 5)
    for groups in (None, ["a"] * 10 + ["b"] * 10):
        found = compare_paired(first, first, groups=groups)
        assert (found.value, found.p_value) == (0, 1)
        assert found.low <= 0 <= found.high


@pytest.mark.parametrize("sizes", [(3, 4), (0, 0)])
def test_different_images_cannot_be_compared(sizes):
    """The message says how many there are."""
    with pytest.raises(ValueError, match=f"there are {sizes[0]} and {sizes[1]}"):
        compare_paired(np.ones(sizes[0], bool), np.ones(sizes[1], bool))


def test_holm():
    """The textbook's example; the order of the input is kept."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1, 1)
    assert holm([]) == ()


def test_the_front():
    """What is worse and dearer is off; twins stay both."""
    assert pareto_front([0.9, 0.8, 0.7, 0.9], [5, 2, 3, 6]) == (True, True, False, False)
    assert pareto_front([0.9, 0.9], [5, 5]) == (True, True)
    assert pareto_front([], []) == ()
