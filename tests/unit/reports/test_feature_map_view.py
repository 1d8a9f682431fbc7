"""Names of classes on the map can be read."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from regraft.reports.feature_map_view import ClassMark, _apart


def test_names_do_not_lie_over_each_other():
    """Where several classes lie at one place, their names stand below each other; others stay where they are."""
    rng = np.random.default_rng(0)
    near = [ClassMark(200 + float(x), 100 + float(y), "00018") for x, y in rng.uniform(-8, 8, (6, 2))]
    alone = ClassMark(40, 30, "far")
    placed = _apart([*near, alone])
    assert alone in placed
    assert {mark.name for mark in placed} == {"00018", "far"}
    assert len(placed) == 7
    for one, other in combinations([mark for mark in placed if mark != alone], 2):
        assert abs(one.y - other.y) >= 10.9
