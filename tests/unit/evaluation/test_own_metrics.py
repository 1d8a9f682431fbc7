"""The user's own metric has an interval like all others, and its faults are told with their line."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import OptionError
from regraft.evaluation import assess
from regraft.evaluation.own_metrics import N_RESAMPLES, own_measure

CODE = """\
calls = []

def accuracy(labels, probabilities):
    calls.append((labels.dtype, labels.shape, probabilities.shape))
    return (probabilities.argmax(axis=1) == labels).mean()

def no_number(labels, probabilities):
    return float("nan")

def fails(labels, probabilities):
    return labels.no_such_thing
"""


@pytest.fixture
def metrics(tmp_path):
    """The user's file."""
    path = tmp_path / "metrics.py"
    path.write_text(CODE, encoding="utf-8")
    return path


def measured(metrics, name, predictions):
    """What a function of the file says."""
    return own_measure(f"{metrics}:{name}", predictions, confidence=0.95, seed=0)


def test_it_is_resampled_as_our_own_are(metrics, make_predictions):
    """Its value is that of all images; its interval is nearly that of the accuracy."""
    predictions = make_predictions(n=300, sharpness=1.0)
    found = measured(metrics, "accuracy", predictions)
    ours = assess(predictions, train_counts=None).accuracy
    assert found.name == "accuracy"
    assert (found.estimate.value, found.estimate.n, found.estimate.n_groups) == (ours.value, 300, None)
    assert found.estimate.method == "bootstrap over images"
    assert (found.estimate.low, found.estimate.high) == pytest.approx((ours.low, ours.high), abs=0.02)


def test_whole_groups_are_drawn(metrics, make_certain):
    """Images of one object come and go together: with two objects there are three kinds of resamples."""
    predictions = make_certain([0] * 6, [0] * 2 + [1] * 4, groups=["a"] * 2 + ["b"] * 4)
    found = measured(metrics, "accuracy", predictions).estimate
    assert (found.value, found.n_groups, found.method) == (pytest.approx(1 / 3), 2, "bootstrap over groups")
    assert (found.low, found.high) == (0, 1)


def test_what_the_function_is_given(metrics, make_predictions):
    """Labels (n,) int64 and probabilities (n, k): of all images first, then of each resample."""
    from regraft.core import load_function

    measured(metrics, "accuracy", make_predictions(n=20, k=3))
    calls = load_function(f"{metrics}:accuracy").__globals__["calls"]
    assert calls == [(np.dtype(np.int64), (20,), (20, 3))] * (N_RESAMPLES + 1)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_number", r"metrics\.py, line 7: the metric .*no_number gave nan, which is no number"),
        ("fails", r"The metric .*fails failed: .*metrics\.py, line 11: AttributeError: .*no_such_thing"),
        ("absent", r"metrics\.py has no function called 'absent'"),
    ],
)
def test_faults_are_told_with_their_line(metrics, make_predictions, name, message):
    """What it is, and where in the user's file."""
    with pytest.raises(OptionError, match=message):
        measured(metrics, name, make_predictions())


def test_a_file_that_is_not_there_is_told(tmp_path, make_predictions):
    """With the name that asked for it."""
    with pytest.raises(OptionError, match=r"There is no file .*none\.py"):
        measured(tmp_path / "none.py", "accuracy", make_predictions())
