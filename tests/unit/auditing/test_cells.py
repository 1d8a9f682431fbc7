"""Columns as cells."""

from __future__ import annotations

import numpy as np

from regraft.auditing.cells import cells_of_numbers, cells_of_values, n_cells_for


def test_equal_numbers_share_a_cell_wherever_they_stand():
    """The order of the rows says nothing: a constant column is one cell, and ties are never torn."""
    values = np.tile([1.0, 2.0, 2.0, 2.0, 7.0], 40)[:, None]
    cells = cells_of_numbers(values, 16)
    assert len({(value, cell) for value, cell in zip(values[:, 0].tolist(), cells.tolist(), strict=True)}) == 3
    assert not cells_of_numbers(np.full((50, 3), 4.0), 16).any()


def test_cells_of_numbers_are_of_about_one_size():
    """Points in three dimensions are halved again and again, along the axis in which they differ most."""
    points = np.random.default_rng(0).lognormal(size=(640, 3))
    assert np.bincount(cells_of_numbers(points, 16)).tolist() == [40] * 16


def test_rare_texts_share_the_last_cell():
    """The most frequent values stand by themselves."""
    values = np.array([b"a"] * 3 + [b"b"] * 5 + [b"c", b"d"])
    assert cells_of_values(values, 3).tolist() == [1] * 3 + [0] * 5 + [2] * 2


def test_more_images_make_finer_cells():
    """About twenty independent images a cell, between 4 and 64 cells."""
    assert [n_cells_for(n) for n in (3, 200, 400, 100_000)] == [4, 8, 16, 64]
