"""Accuracy on parts of the images."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator
from regraft.evaluation import Predictions, SliceTable, measure_slices


def answers(right, labels, groups=None):
    """Predictions for two classes that are right where they are said to be."""
    predicted = np.where(right, labels, 1 - labels)
    return Predictions(
        paths=tuple(f"{row}.png" for row in range(len(labels))),
        labels=labels,
        probabilities=np.eye(2)[predicted],
        class_names=("a", "b"),
        groups=groups,
    )


def test_the_worst_part_stands_first_with_its_interval():
    """Of six sites one is 25 points worse: it is first, beyond chance, and the others are not."""
    rng = generator(0)
    site = np.repeat(np.array(["A", "B", "C", "D", "E", "F"]), 100)
    right = rng.random(600) < np.where(site == "C", 0.65, 0.9)
    table = measure_slices(answers(right, rng.integers(0, 2, 600)), {"site": site})
    first, *others = table.slices
    assert (first.column, first.value, first.accuracy.n) == ("site", "C", 100)
    assert first.p_value < 0.01
    assert first.accuracy.low < right[site == "C"].mean() < first.accuracy.high < first.expected
    assert first.rest == pytest.approx(right[site != "C"].mean())
    assert min(one.p_value for one in others) > 0.05
    assert table.n_slices == 6
    assert SliceTable.model_validate_json(table.model_dump_json()) == table


def test_a_part_that_only_holds_a_harder_class_is_no_news():
    """A folder for each class has its class's accuracy, and is not worse than expected."""
    rng = generator(1)
    labels = np.repeat([0, 1], 300)
    right = rng.random(600) < np.where(labels == 0, 0.95, 0.6)
    table = measure_slices(answers(right, labels), {"folder": np.array(["x", "y"])[labels]})
    assert min(one.p_value for one in table.slices) > 0.2
    assert table.slices[0].expected == pytest.approx(table.slices[0].accuracy.value, abs=0.01)


def test_small_parts_are_not_judged():
    """Three wrong images of one camera are no slice; nor are thirty views of four objects."""
    labels = np.arange(400) % 2
    camera = np.where(np.arange(400) < 3, "X", "Y")
    right = np.arange(400) >= 30
    groups = tuple(f"object {max(row // 8, 0)}" for row in range(400))
    first_thirty = np.where(right, "later", "first")
    assert measure_slices(answers(right, labels), {"camera": camera}).slices == ()
    table = measure_slices(answers(right, labels, groups), {"when": first_thirty})
    assert [one.value for one in table.slices] == ["later"]


def test_numbers_are_cut_into_quarters_and_tenths():
    """The darkest tenth is found among the ranges of a brightness; a missing number is in none."""
    rng = generator(2)
    brightness = rng.uniform(0, 255, 800)
    right = rng.random(800) < np.where(brightness < 25, 0.5, 0.9)
    brightness[:5] = np.nan
    table = measure_slices(answers(right, rng.integers(0, 2, 800)), {"brightness": brightness, "constant": right * 0})
    assert table.n_slices == 6
    assert table.slices[0].value.startswith("0.")
    assert table.slices[0].p_value < 0.01


def test_a_missing_value_is_a_part_of_its_own():
    """A column with holes, or with values of several kinds, is read as texts."""
    labels = np.arange(120) % 2
    column = np.array([None, "A", 3] * 40, object)
    table = measure_slices(answers(labels >= 0, labels), {"site": column})
    assert sorted(one.value for one in table.slices) == ["3", "A", "nothing"]


def test_unlabelled_images_and_empty_tables_say_nothing():
    """Images without a truth are left out with their column's values; without any image there is no slice."""
    labels = np.array([0, 1] * 30 + [-1] * 30)
    predictions = answers(labels >= 0, np.maximum(labels, 0))
    unlabelled = Predictions(predictions.paths, labels, predictions.probabilities, predictions.class_names)
    assert measure_slices(unlabelled, {"n": np.arange(90)}).n_images == 60
    none = Predictions(predictions.paths, np.full(90, -1), predictions.probabilities, predictions.class_names)
    assert measure_slices(none, {"n": np.arange(90)}).slices == ()
