"""Classes that may be one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import NotChecked, find_confused_classes
from regraft.core import generator


def test_one_class_under_two_names_is_named(clouds, relabelled):
    """Half of the objects of a class are called another: both names and examples of each are shown."""
    images, _heads = clouds(n_classes=4, n_objects=60)
    objects = np.array([int(name.split()[1]) for name in images.groups])
    rows = np.flatnonzero((images.labels == 3) & (objects % 2 == 0))
    named = replace(images, class_names=("a", "b", "c", "cat", "tom"))
    (finding,) = find_confused_classes(relabelled(named, rows, 4)[0])
    assert (finding.kind, finding.code, finding.n) == ("classes", "confused_classes", 1)
    assert finding.message.startswith("cat and tom are confused both ways: ")
    assert 0.3 < finding.evidence["separation"] < 0.7
    assert len(finding.cases[0].paths) == 4


def test_classes_that_can_be_told_are_not_named(clouds):
    """Neither plain ones, nor those that overlap a little more than others."""
    for distance in (3.0, 6.0):
        images, _heads = clouds(n_classes=5, distance=distance)
        assert not find_confused_classes(images)


def test_where_no_class_can_be_told_none_is_singled_out(clouds):
    """All pairs are as bad as the usual one: the fault is not theirs."""
    images, _heads = clouds(n_classes=4, distance=0.0)
    assert not find_confused_classes(images)


def test_few_objects_are_no_ground_for_an_alarm(clouds):
    """Nine objects of a class, though of many images, are not judged; nor are two classes, which have no others."""
    images, _heads = clouds(n_classes=3, n_objects=9, distance=1.0)
    for few, n in ((images, "none"), (clouds(n_classes=2, distance=0.5)[0], 2)):
        with pytest.raises(NotChecked, match=f"it takes 3 classes of 10 independent images, and there are {n}"):
            find_confused_classes(few)
    with pytest.raises(ValueError, match="no probabilities"):
        find_confused_classes(replace(images, probabilities=None))


def test_shuffled_names_of_two_classes_are_found_out(clouds, relabelled):
    """Whoever named the images of two classes threw a coin."""
    images, _heads = clouds(n_classes=4)
    rows = np.flatnonzero(images.labels >= 2)
    shuffled = generator(3, "test").integers(2, 4, len(rows))
    (finding,) = find_confused_classes(relabelled(images, rows, shuffled)[0])
    assert finding.message.startswith("c and d are confused")
