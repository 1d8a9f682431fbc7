from __future__ import annotations

import pytest

from regraft.evaluation.class_results import class_results
from regraft.evaluation.intervals import wilson_interval


def test_each_class_has_its_counts_and_scores(make_certain):
    """Counts, recall, precision and F1 of a worked example; undefined ones are None."""
    a, b, c = class_results(make_certain([0, 0, 0, 1], [0, 0, 1, 1]), 0.95)
    assert (a.name, a.n, a.n_predicted, a.n_right) == ("a", 3, 2, 2)
    assert a.recall.value == pytest.approx(2 / 3)
    assert a.precision == 1
    assert a.f1 == pytest.approx(0.8)
    assert (b.n, b.n_predicted, b.n_right, b.precision) == (1, 2, 1, 0.5)
    assert (c.n, c.recall, c.precision, c.f1) == (0, None, None, None)


def test_recall_has_a_wilson_interval_on_what_is_independent(make_certain):
    """Six images of two objects count as two for the interval of the recall."""
    labels = [0] * 6
    alone = class_results(make_certain(labels, labels), 0.95)[0].recall
    grouped = class_results(make_certain(labels, labels, groups=("x",) * 3 + ("y",) * 3), 0.95)[0].recall
    assert alone.low == wilson_interval(1, 6)[0]
    assert grouped.low == wilson_interval(1, 2)[0]
    assert (grouped.n, grouped.n_groups, grouped.method) == (6, 2, "Wilson score over groups")
