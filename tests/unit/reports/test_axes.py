"""Where values lie on the axes of the charts, and what is written there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.reports.axes import (
    Box,
    Plot,
    category_axis,
    decades,
    enclosing_axis,
    inner_ticks,
    linear_axis,
    logarithmic_axis,
    nice_ticks,
    padded,
    plot_box,
    point_list,
    share_axis,
)


def labels(axis):
    """What is written on an axis."""
    return [tick.label for tick in axis.ticks]


@given(st.floats(-2, 2), st.floats(0, 2))
def test_ticks_enclose_the_data(low, extent):
    """Ticks rise evenly, enclose both ends, and are neither too few nor too many."""
    ticks = nice_ticks(low, low + extent)
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= low + extent - 1e-9
    assert 2 <= len(ticks) <= 12
    steps = [after - before for before, after in pairwise(ticks)]
    assert min(steps) > 0
    assert steps == pytest.approx([steps[0]] * len(steps))


@pytest.mark.parametrize(
    ("ends", "ticks"),
    [
        ((0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ((0, 2.5), [0, 0.5, 1, 1.5, 2, 2.5]),
        ((0, 0.55), [0, 0.2, 0.4, 0.6]),
        ((0, 0.5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        ((0.93, 5.2), [0, 1, 2, 3, 4, 5, 6]),
        ((7, 7), [6.999, 6.9995, 7, 7.0005, 7.001]),
    ],
)
def test_ticks_are_1_2_or_5_times_a_power_of_ten(ends, ticks):
    """As people count; a range of one number has some room around it."""
    assert nice_ticks(*ends) == pytest.approx(ticks)


def test_equal_differences_are_equal_distances():
    """A linear axis runs from one end of the drawing to the other, also upwards, where places fall."""
    axis = linear_axis((10, 20), (100, 0), [10, 15, 20], "{:g}".format)
    assert [(tick.place, tick.label) for tick in axis.ticks] == [(100, "10"), (50, "15"), (0, "20")]
    assert axis.place(12) == 80
    assert linear_axis((0, 3), (0, 1), (), str).place(2) == 0.67  # hundredths are finer than any screen


def test_equal_factors_are_equal_distances():
    """On a logarithmic axis."""
    axis = logarithmic_axis((0.01, 100), (0, 40), decades(0.01, 100), "{:g}".format)
    assert [(tick.place, tick.label) for tick in axis.ticks] == [
        (0, "0.01"), (10, "0.1"), (20, "1"), (30, "10"), (40, "100"),
    ]  # fmt: skip


def test_each_choice_has_equal_room():
    """A category lies in the middle of its part; all are labelled."""
    axis = category_axis(("adamw", None), (0, 40), str)
    assert [(tick.place, tick.label) for tick in axis.ticks] == [(10, "adamw"), (30, "None")]
    assert axis.place(None) == 30


def test_shares_end_at_0_and_100():
    """No tick lies where no share can, and the axis ends at ticks."""
    assert labels(share_axis(0.93, 1.06, (0, 1))) == ["92", "94", "96", "98", "100"]
    assert labels(share_axis(-0.02, 0.1, (0, 1)))[0] == "0"
    axis = share_axis(1, 1, (0, 1))
    assert labels(axis)[-1] == "100"
    assert (axis.ticks[0].place, axis.ticks[-1].place) == (0, 1)


def test_an_axis_may_end_at_round_numbers():
    """Below the smallest and above the largest value."""
    axis = enclosing_axis(0.13, 0.87, (0, 100), "{:g}".format)
    assert labels(axis) == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert axis.place(0.5) == 50


def test_inner_ticks_lie_inside():
    """The ends themselves are labelled where they are round; whole numbers have whole ticks."""
    assert inner_ticks(0.1, 0.3) == [0.1, 0.15, 0.2, 0.25, 0.3]
    assert inner_ticks(0, 0.55) == [0, 0.2, 0.4]
    assert inner_ticks(0, 0.55, 6) == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert inner_ticks(1, 3) == [1, 1.5, 2, 2.5, 3]
    assert inner_ticks(1, 3, are_whole=True) == [1, 2, 3]


def test_decades_lie_inside_and_are_few():
    """Powers of ten between both ends, not more than eight."""
    assert decades(0.002, 300) == pytest.approx([0.01, 0.1, 1, 10, 100])
    assert decades(2, 9) == []
    assert decades(1e-9, 1e9) == pytest.approx([10.0**power for power in range(-9, 10, 3)])


def test_a_plot_leaves_room_for_its_labels():
    """In a drawing of 420 x 280: points right and up within the box, more room at the left where labels are longer."""
    box = plot_box()
    assert box == Box(left=46, top=14, right=396, bottom=240)
    assert plot_box(left=54, top=18, right=16) == Box(left=54, top=18, right=404, bottom=240)
    x, y = (linear_axis((0, 1), places, (), str) for places in (box.across, box.upwards))
    assert Plot(box, x, y).point(0, 0) == (box.left, box.bottom)
    assert Plot(box, x, y).point(1, 1) == (box.right, box.top)


def test_a_range_of_one_number_is_widened():
    """To both sides; any other is left as it is."""
    assert padded(1, 1) == (0.5, 1.5)
    assert padded(1, 1.25, least=0.25) == (1, 1.25)


def test_points_are_written_as_svg_wants_them():
    """Two numbers a point."""
    assert point_list([(1, 2.5), (3, 4)]) == "1,2.5 3,4"
