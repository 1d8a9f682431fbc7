"""What a classifier says, in names."""

from __future__ import annotations

import numpy as np

from regraft.bundle import Judgement
from regraft.bundle.predictions import Telling

PROBABILITIES = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])


def told(judgement, *, top_k=2):
    return list(Telling(("x", "y", "z"), top_k).told(["a", "b"], judgement))


def test_the_most_probable_classes_are_named_the_best_first():
    """Each row gives a label, its probability and the best classes; of equals the earlier class comes first."""
    first, second = told(Judgement(PROBABILITIES))
    assert (first.path, first.label, first.probability) == ("a", "y", 0.5)
    assert first.top == (("y", 0.5), ("z", 0.3))
    assert second.top == (("x", 0.4), ("z", 0.4))
    assert (first.unknown, first.score, first.set) == (None, None, None)


def test_no_more_classes_are_named_than_there_are():
    """More than all of them are all of them."""
    first, _second = told(Judgement(PROBABILITIES), top_k=9)
    assert [name for name, _ in first.top] == ["y", "z", "x"]


def test_limits_are_told():
    """Whether an image is unknown, how strange it looks, and what it may be of, the most probable first."""
    named = np.array([[False, True, False], [True, True, True]])
    first, second = told(Judgement(PROBABILITIES, np.array([3.5, -1.0]), np.array([True, False]), named))
    assert (first.unknown, first.score, first.set) == (True, 3.5, ("y",))
    assert (second.unknown, second.score, second.set) == (False, -1.0, ("x", "z", "y"))
