"""Neighbouring files: likeness, labels, and how long a series is."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing.series.closeness import individual_traits
from regraft.auditing.series.serial_order import (
    BLOCK_LENGTHS,
    choose_block_length,
    closeness_in_order,
    measure_label_order,
)


def walked(n_files, n_together, seed=0):
    """(n, 12) traits of files of which each so many in a row are alike, whatever their class; and labels by chance."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(rng.normal(size=(n_files // n_together, 12)), n_together, axis=0)
    labels = rng.integers(0, 2, n_files)
    rows = (rows + 0.7 * rng.normal(size=rows.shape)).astype(np.float32)
    return individual_traits(rows, labels, seed=0), labels


def test_neighbours_that_are_alike_stand_out():
    """A series is far from its shuffles; the same files in another order are not."""
    traits, labels = walked(600, 30)
    assert closeness_in_order(traits, labels, [np.arange(600)]).surplus > 10
    rng = np.random.default_rng(0)
    found = [closeness_in_order(traits, labels, [rng.permutation(600)]).surplus for _ in range(20)]
    assert max(found) < 4


def test_files_sorted_by_class_are_no_series_for_that():
    """Where the files of each class lie together, only order within the class counts."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 100)
    rows = rng.normal(size=(400, 12)) + 5 * rng.normal(size=(4, 12))[labels]
    traits = individual_traits(rows.astype(np.float32), labels, seed=0)
    assert abs(closeness_in_order(traits, labels, [np.arange(400)]).surplus) < 4


def test_series_end_with_their_folders():
    """The last file of a folder and the first of the next one are no neighbours."""
    traits, labels = walked(40, 10)
    series = [np.arange(20), np.arange(20, 40)]
    n_pairs = closeness_in_order(traits, labels, series).n_pairs
    assert n_pairs == 40 - sum(len(np.unique(labels[rows])) for rows in series)


@pytest.mark.parametrize(("n_together", "lengths"), [(10, {10, 20}), (60, {60}), (200, {120, 250})])
def test_blocks_are_about_as_long_as_series(n_together, lengths):
    """The length is the first of some round numbers at which files are hardly alike any more."""
    traits, labels = walked(6000, n_together)
    assert choose_block_length(traits, labels, [np.arange(6000)]) in lengths <= set(BLOCK_LENGTHS)


def test_there_are_enough_blocks():
    """A series as long as the data set is cut into ten, and small classes into five."""
    traits, labels = walked(400, 200)
    assert choose_block_length(traits, labels, [np.arange(400)]) == 30
    sorted_labels = np.repeat(np.arange(20), 20)
    assert choose_block_length(traits, sorted_labels, [np.arange(400)]) == 4


def test_neighbours_with_one_label():
    """Runs of labels are found against 200 shuffles, labels by chance are not, files sorted by class tell nothing."""
    rng = np.random.default_rng(0)
    runs = np.repeat(rng.integers(0, 2, 100), 4)
    found = measure_label_order(runs, [np.arange(400)], seed=0)
    assert found.agreement > 0.8
    assert 0.4 < found.by_chance < 0.6
    assert found.p_value == pytest.approx(1 / 201)
    assert measure_label_order(rng.permutation(runs), [np.arange(400)], seed=0).p_value > 0.01
    assert measure_label_order(np.sort(runs), [np.arange(400)], seed=0) is None
