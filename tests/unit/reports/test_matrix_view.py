from __future__ import annotations

import numpy as np

from regraft.evaluation import assess
from regraft.reports.matrix_view import view_matrix, worst_first


def test_a_small_matrix_is_shown_whole(make_certain):
    """Every cell of a few classes is there, with count and share of its row."""
    view = view_matrix(assess(make_certain([0, 0, 0, 0, 1], [0, 0, 0, 2, 1]), train_counts=None))
    assert view.is_whole
    assert view.overview == ()
    assert view.names == ("a", "b", "c")
    assert [[cell.n for cell in row.cells] for row in view.rows] == [[3, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert (view.rows[0].cells[0].share, view.rows[0].cells[0].right) == (0.75, True)
    assert [row.n for row in view.rows] == [4, 1, 0]


def test_of_many_classes_the_confused_ones_are_shown(make_predictions):
    """Of 40 classes the 15 of the most confused pairs are shown, in order; nothing of their rows is lost."""
    found = assess(make_predictions(n=800, k=40, sharpness=1.5), train_counts=None)
    view = view_matrix(found)
    assert not view.is_whole
    assert len(view.names) == 15
    shown = [int(name.split()[1]) for name in view.names]
    assert shown == sorted(shown)
    assert {found.confused[0].truth, found.confused[0].predicted} <= set(view.names)
    for row, place in zip(view.rows, shown, strict=True):
        assert sum(cell.n for cell in row.cells) + row.n_elsewhere == row.n == found.confusion()[place].sum()


def test_many_classes_without_mistakes_show_the_first(make_predictions):
    """Where nothing was confused, a part of the matrix is still there to see."""
    view = view_matrix(assess(make_predictions(n=100, k=40, sharpness=50), train_counts=None))
    assert view.names == tuple(f"class {place}" for place in range(15))


def test_the_overview_holds_every_occupied_cell(make_predictions):
    """Each cell of a large matrix that is not zero is one square of the drawing."""
    found = assess(make_predictions(n=500, k=50), train_counts=None)
    view = view_matrix(found)
    assert sum(part.path.count("M") for part in view.overview) == np.count_nonzero(found.confusion())
    assert all(0 < part.strength <= 100 for part in view.overview)


def test_more_classes_than_pixels_have_no_overview(make_predictions):
    """Beyond 1,000 classes a square would be smaller than a pixel."""
    assert view_matrix(assess(make_predictions(n=30, k=1001), train_counts=None)).overview == ()


def test_the_worst_class_comes_first(make_certain):
    """Classes are ordered by recall, those without images last."""
    found = assess(make_certain([1, 1, 2, 2, 3], [1, 1, 2, 0, 0], k=4), train_counts=None)
    assert [found.classes[place].name for place in worst_first(found)] == ["d", "c", "b", "a"]
