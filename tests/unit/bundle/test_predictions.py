"""What a classifier says, in names."""

from __future__ import annotations

import numpy as np

from regraft.bundle.predictions import name_classes


def test_the_most_probable_classes_are_named_the_best_first():
    """Each row gives a label, its probability and the best classes; of equals the earlier class comes first."""
    probabilities = np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])
    first, second = name_classes(["a", "b"], probabilities, ("x", "y", "z"), 2)
    assert (first.path, first.label, first.probability) == ("a", "y", 0.5)
    assert first.top == (("y", 0.5), ("z", 0.3))
    assert second.top == (("x", 0.4), ("z", 0.4))


def test_no_more_classes_are_named_than_there_are():
    """More than all of them are all of them."""
    (only,) = name_classes(["a"], np.array([[0.25, 0.75]]), ("x", "y"), 9)
    assert [name for name, _ in only.top] == ["y", "x"]
