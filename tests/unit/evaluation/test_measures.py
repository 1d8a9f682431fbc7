from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from regraft.evaluation.intervals import wilson_interval
from regraft.evaluation.measures import measure


def _measure(predictions, baseline_class=0, seed=0):
    return measure(predictions, baseline_class=baseline_class, confidence=0.95, seed=seed)


def test_values_are_those_of_scikit_learn(make_predictions):
    """Every headline number is what scikit-learn says."""
    predictions = make_predictions(n=400, k=7)
    found = _measure(predictions, baseline_class=2)
    labels, predicted = predictions.labels, predictions.predicted
    assert found["accuracy"].value == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert found["balanced_accuracy"].value == pytest.approx(metrics.balanced_accuracy_score(labels, predicted))
    assert found["macro_f1"].value == pytest.approx(metrics.f1_score(labels, predicted, average="macro"))
    assert found["log_loss"].value == pytest.approx(metrics.log_loss(labels, predictions.probabilities))
    top5 = metrics.top_k_accuracy_score(labels, predictions.probabilities, k=5)
    assert found["top5_accuracy"].value == pytest.approx(top5)
    assert found["baseline"].value == pytest.approx((labels == 2).mean())


def test_every_interval_holds_its_value(make_predictions):
    """Low <= value <= high, whatever the grouping."""
    for group_size in (None, 1, 4):
        for estimate in _measure(make_predictions(n=80, k=6, group_size=group_size)).values():
            assert estimate.low <= estimate.value <= estimate.high
            assert estimate.low < estimate.high
            assert estimate.n == 80
            assert estimate.n_groups == (20 if group_size == 4 else None)


def test_independent_images_have_a_wilson_interval(make_predictions):
    """Accuracy, top-5 and baseline of independent images have the score interval; the others are resampled."""
    found = _measure(make_predictions(n=90, k=6))
    for name in ("accuracy", "top5_accuracy", "baseline"):
        assert found[name].method == "Wilson score"
        assert (found[name].low, found[name].high) == wilson_interval(found[name].value, 90)
    for name in ("balanced_accuracy", "macro_f1", "log_loss", "calibration_error"):
        assert found[name].method == "bootstrap over images"


def test_images_of_one_object_do_not_count_as_many(make_certain):
    """Copying every image three times, as one group each, leaves the interval as wide as it was."""
    labels = np.tile([0, 1, 2], 30)
    predicted = np.where(np.arange(90) % 5 == 0, (labels + 1) % 3, labels)
    single = _measure(make_certain(labels, predicted))["accuracy"]
    groups = tuple(str(row // 3) for row in range(270))
    tripled = _measure(make_certain(np.repeat(labels, 3), np.repeat(predicted, 3), groups=groups))["accuracy"]
    naive = _measure(make_certain(np.repeat(labels, 3), np.repeat(predicted, 3)))["accuracy"]
    assert tripled.method == "bootstrap over groups"
    assert tripled.value == single.value
    assert tripled.high - tripled.low == pytest.approx(single.high - single.low, rel=0.1)
    assert naive.high - naive.low < 0.7 * (tripled.high - tripled.low)


def test_all_right_is_not_certainty(make_certain):
    """Where every resample says the same, shares have a Wilson interval on the independent units."""
    labels = [0, 1, 2] * 4
    independent = _measure(make_certain(labels, labels))
    assert independent["accuracy"].low == pytest.approx(wilson_interval(1, 12)[0])
    assert independent["balanced_accuracy"].low == pytest.approx(wilson_interval(1, 12)[0])
    assert independent["macro_f1"].high == 1
    grouped = _measure(make_certain(labels, labels, groups=("a",) * 6 + ("b",) * 6))
    assert grouped["accuracy"].method == "Wilson score over groups"
    assert grouped["accuracy"].low == pytest.approx(wilson_interval(1, 2)[0])


def test_small_classes_widen_the_interval_of_the_mean_over_classes(make_certain):
    """A balanced accuracy that rests on one image of a class is less certain than its number of images says."""
    labels = [0] * 50 + [1]
    found = _measure(make_certain(labels, labels, k=2))
    assert found["balanced_accuracy"].low < 0.6 < found["accuracy"].low


def test_one_image_allows_no_interval_of_a_loss(make_certain):
    """One image says nothing about spread: losses have no interval, shares a very wide one."""
    found = _measure(make_certain([0], [0]))
    assert found["log_loss"].low is None
    assert found["log_loss"].method == "none"
    assert found["accuracy"].low == pytest.approx(wilson_interval(1, 1)[0])


@pytest.mark.parametrize(("k", "expected"), [(2, False), (5, False), (6, True)])
def test_top_5_is_given_where_it_means_something(make_predictions, k, expected):
    """With five classes or fewer the truth is always among the first five."""
    assert ("top5_accuracy" in _measure(make_predictions(k=k))) == expected


def test_equal_seeds_give_equal_intervals(make_predictions):
    """The resamples depend on the seed and on nothing else."""
    predictions = make_predictions(n=50)
    assert _measure(predictions) == _measure(predictions)
    assert _measure(predictions, seed=1) != _measure(predictions)


def test_no_baseline_without_its_class(make_predictions):
    """Without training counts there is no baseline."""
    assert "baseline" not in _measure(make_predictions(), baseline_class=None)


@pytest.mark.slow
@pytest.mark.parametrize("group_size", [None, 3])
def test_intervals_cover_the_truth_as_often_as_they_say(make_predictions, group_size):
    """Of 95 % intervals of 150 samples, about 95 % hold the value of the population."""
    n_runs, names = 60, ("accuracy", "balanced_accuracy", "macro_f1", "log_loss")
    population = _measure(make_predictions(n=20_000, k=5, seed=10_000))
    covered = dict.fromkeys(names, 0)
    for seed in range(n_runs):
        found = _measure(make_predictions(n=150, k=5, seed=seed, group_size=group_size), seed=seed)
        for name in names:
            covered[name] += found[name].low <= population[name].value <= found[name].high
    for name in names:
        assert 0.88 <= covered[name] / n_runs <= 1.0, name
