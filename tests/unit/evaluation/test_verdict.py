from __future__ import annotations

import math

import numpy as np
import pytest

from regraft.evaluation import ChangedImage, compare_paired, judge

NAMES = ("probe", "fine-tuning")


@pytest.fixture
def make_pair(make_certain):
    """A function that makes the answers of two classifiers from four counts of images."""

    def make(n_both, n_before, n_after, n_none, *, groups=None):
        counts = (n_both, n_before, n_after, n_none)
        labels = [0] * sum(counts)
        before, after = np.repeat([0, 0, 1, 1], counts), np.repeat([0, 2, 0, 2], counts)
        return make_certain(labels, before, groups=groups), make_certain(labels, after, groups=groups)

    return make


def test_a_clear_gain_is_worth_it(make_pair):
    """The whole interval lies above zero: the dearer one is kept, whatever it costs."""
    found = judge(*make_pair(800, 10, 90, 100), names=NAMES, cost_ratio=40)
    assert found.kept == "fine-tuning"
    assert found.sentence == "+8.0 points, 95 % interval +6.1 to +9.9: fine-tuning is worth it."
    assert found.difference == pytest.approx(0.08)
    assert found.low > 0
    assert (found.n_images, found.cost_ratio) == (1000, 40)
    assert (len(found.gained), len(found.lost)) == (90, 10)


def test_no_difference_is_not_worth_the_cost(make_pair):
    """The interval holds zero: the cheaper one is kept."""
    found = judge(*make_pair(800, 40, 44, 116), names=NAMES, cost_ratio=40)
    assert found.kept == "probe"
    assert found.sentence == (
        "+0.4 points, 95 % interval -1.4 to +2.2: not worth 40 times the cost. The probe is kept."
    )


def test_a_loss_is_called_one(make_pair):
    """The interval lies below zero: the dearer one is worse."""
    found = judge(*make_pair(800, 90, 10, 100), names=NAMES, cost_ratio=1.4)
    assert found.kept == "probe"
    assert found.sentence.endswith(": worse, at 1.4 times the cost. The probe is kept.")
    assert found.high < 0


def test_a_gain_must_exceed_the_margin(make_pair):
    """A sure gain is not enough where more was asked for."""
    pair = make_pair(800, 10, 90, 100)
    assert judge(*pair, names=NAMES, cost_ratio=40, margin=0.05).kept == "fine-tuning"
    found = judge(*pair, names=NAMES, cost_ratio=40, margin=0.07)
    assert found.kept == "probe"
    assert found.sentence.endswith(": a gain, but not surely more than 7 points. The probe is kept.")


@pytest.mark.parametrize("cost_ratio", [math.inf, math.nan, 0.0])
def test_a_cost_that_cannot_be_told_is_not_told(make_pair, cost_ratio):
    """Nothing is said of a ratio that is no number."""
    found = judge(*make_pair(80, 5, 5, 10), names=NAMES, cost_ratio=cost_ratio)
    assert found.cost_ratio is None
    assert found.sentence.startswith("+0.0 points")
    assert found.sentence.endswith(": not surely better. The probe is kept.")


def test_groups_are_resampled_whole(make_pair):
    """The interval is that of the paired comparison, which knows the groups."""
    groups = tuple(f"object {row // 5}" for row in range(200))
    before, after = make_pair(140, 5, 25, 30, groups=groups)
    paired = compare_paired(after.right, before.right, groups=groups)
    found = judge(before, after, names=NAMES, cost_ratio=2)
    assert (found.low, found.high, found.p_value) == (paired.low, paired.high, paired.p_value)
    assert (found.n_groups, found.method) == (40, paired.method)


def test_changed_images_are_named(make_certain):
    """An image from wrong to right is a gain, one from right to wrong a loss; other changes are neither."""
    before, after = make_certain([0, 1, 2, 2], [1, 1, 0, 2]), make_certain([0, 1, 2, 2], [0, 2, 1, 2])
    found = judge(before, after, names=NAMES, cost_ratio=2)
    assert found.gained == (ChangedImage(path="0.jpg", true_class="a", before="b", after="a"),)
    assert found.lost == (ChangedImage(path="1.jpg", true_class="b", before="b", after="c"),)


def test_the_surest_change_comes_first(make_predictions):
    """The images that are looked at first are those with the most certain answer after."""
    before, after = make_predictions(n=300, sharpness=0.3), make_predictions(n=300, sharpness=3.0)
    found = judge(before, after, names=NAMES, cost_ratio=2)
    confidence = dict(zip(after.paths, after.confidence, strict=True))
    ordered = [confidence[change.path] for change in found.gained]
    assert len(ordered) > 2
    assert ordered == sorted(ordered, reverse=True)


def test_images_without_a_truth_do_not_count(make_predictions):
    """Only what can be right or wrong is compared."""
    pair = make_predictions(n=60, unknown=10), make_predictions(n=60, unknown=10, sharpness=4.0)
    assert judge(*pair, names=NAMES, cost_ratio=2).n_images == 50


def test_different_images_or_classes_cannot_be_judged(make_certain):
    """The message says what differs."""
    one = make_certain([0, 1], [0, 1])
    with pytest.raises(ValueError, match="2 images before and 3 images after"):
        judge(one, make_certain([0, 1, 2], [0, 1, 2]), names=NAMES, cost_ratio=2)
    with pytest.raises(ValueError, match="same truths"):
        judge(one, make_certain([0, 0], [0, 1]), names=NAMES, cost_ratio=2)
    with pytest.raises(ValueError, match="3 before and 4 after"):
        judge(one, make_certain([0, 1], [0, 1], k=4), names=NAMES, cost_ratio=2)
