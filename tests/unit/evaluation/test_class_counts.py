from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from regraft.evaluation.class_counts import (
    balanced_accuracy,
    count_classes,
    f1,
    macro_f1,
    precision,
    recall,
    sum_by,
)

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40)


def _arrays(pairs):
    labels, predicted = zip(*pairs, strict=True)
    return np.array(labels), np.array(predicted)


@given(PAIRS)
def test_all_metrics_agree_with_scikit_learn(pairs):
    """Precision, recall, F1 and their means are those of scikit-learn, where both are defined."""
    labels, predicted = _arrays(pairs)
    counts = count_classes(labels, predicted, 5)
    present = np.unique(labels)
    expected = metrics.precision_recall_fscore_support(labels, predicted, labels=range(5), zero_division=0)
    assert np.allclose(np.nan_to_num(precision(counts)[:, 0]), expected[0])
    assert np.allclose(np.nan_to_num(recall(counts)[:, 0]), expected[1])
    assert np.allclose(np.nan_to_num(f1(counts)[:, 0]), expected[2])
    assert np.array_equal(counts.n_true[:, 0], expected[3])
    macro = metrics.f1_score(labels, predicted, labels=present, average="macro", zero_division=0)
    assert macro_f1(counts)[0] == pytest.approx(macro)
    assert balanced_accuracy(counts)[0] == pytest.approx(
        metrics.recall_score(labels, predicted, labels=present, average="macro")
    )


def test_balanced_accuracy_agrees_with_scikit_learn():
    """The balanced accuracy is scikit-learn's own."""
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 4, 300), rng.integers(0, 4, 300)
    counts = count_classes(labels, predicted, 4)
    assert balanced_accuracy(counts)[0] == pytest.approx(metrics.balanced_accuracy_score(labels, predicted))


@given(PAIRS, st.integers(0, 2**32 - 1))
def test_a_weight_is_a_repetition(pairs, seed):
    """An image of weight 2 counts as two images: so a bootstrap may draw weights instead of images."""
    labels, predicted = _arrays(pairs)
    weights = np.random.default_rng(seed).integers(0, 4, len(labels))
    weighted = count_classes(labels, predicted, 5, weights[:, None].astype(float))
    repeated = count_classes(np.repeat(labels, weights), np.repeat(predicted, weights), 5)
    for metric in (precision, recall, f1, balanced_accuracy, macro_f1):
        assert np.allclose(metric(weighted), metric(repeated), equal_nan=True)


def test_what_has_no_meaning_is_nan():
    """Recall without images and precision without predictions are undefined, not zero."""
    counts = count_classes(np.array([0, 0]), np.array([0, 1]), 3)
    assert np.isnan(recall(counts)[:, 0]).tolist() == [False, True, True]
    assert np.isnan(precision(counts)[:, 0]).tolist() == [False, False, True]
    assert np.isnan(f1(counts)[:, 0]).tolist() == [False, True, True]
    assert balanced_accuracy(counts)[0] == 0.5


def test_rows_are_summed_by_position():
    """Rows that share a position are added; a position without rows is zero; no rows at all are all zero."""
    values = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert sum_by(np.array([2, 0, 2]), values, 4).tolist() == [[3, 4], [0, 0], [6, 8], [0, 0]]
    assert sum_by(np.zeros(0, np.int64), values[:0], 2).tolist() == [[0, 0], [0, 0]]
