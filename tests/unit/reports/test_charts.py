from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.evaluation import reliability_bins
from regraft.reports import RegularisationPath, StrengthCurve
from regraft.reports.axes import nice_ticks, share_ticks
from regraft.reports.charts import chart_path, chart_reliability


def _path(strengths=(0.01, 1.0, 100.0), means=(0.5, 0.9, 0.7), chosen=1.0, name="l2"):
    curve = StrengthCurve(normalisation=name, strengths=strengths, means=means, stds=(0.05,) * len(means))
    return RegularisationPath(curves=(curve,), chosen_normalisation="l2", chosen_strength=chosen)


def test_strengths_lie_evenly_on_a_logarithmic_axis():
    """Equal factors are equal distances, from edge to edge of the plot."""
    chart = chart_path(_path())
    left, _top, right, _bottom = chart.box
    assert [x for x, _y in chart.curves[0].points] == pytest.approx([left, (left + right) / 2, right])
    assert [tick.label for tick in chart.x_ticks] == ["0.01", "0.1", "1", "10", "100"]


def test_better_scores_lie_higher_and_inside_the_plot():
    """The y axis grows upwards, and its ticks enclose the bands."""
    chart = chart_path(_path())
    _left, top, _right, bottom = chart.box
    first, best, _last = (y for _x, y in chart.curves[0].points)
    assert top <= best < first <= bottom
    assert all(top <= float(point.split(",")[1]) <= bottom for point in chart.curves[0].band.split())


def test_the_chosen_point_is_the_nearest_on_its_curve():
    """The mark lies on the curve of the chosen normalisation, also where rounding moved the strength."""
    chart = chart_path(_path(chosen=1.0000001))
    assert chart.chosen == chart.curves[0].points[1]
    assert chart.chosen_score == 0.9
    assert chart_path(_path(name="standard")).chosen is None


def test_one_strength_and_no_strength_can_be_drawn():
    """A path of one point has an axis; a path of none has no chart; zero has no place on a logarithmic axis."""
    chart = chart_path(_path(strengths=(0.3,), means=(0.8,), chosen=0.3))
    assert chart.box[0] < chart.chosen[0] < chart.box[2]
    assert chart_path(_path(strengths=(), means=())) is None
    assert len(chart_path(_path(strengths=(0.0, 1.0, 10.0))).curves[0].points) == 2


@given(st.floats(-2, 2), st.floats(0, 2))
def test_ticks_enclose_the_data(low, extent):
    """Ticks rise, enclose both ends, and are neither too few nor too many."""
    ticks = nice_ticks(low, low + extent)
    assert ticks == sorted(ticks)
    assert ticks[0] <= low + 1e-9
    assert ticks[-1] >= low + extent - 1e-9
    assert 2 <= len(ticks) <= 12


def test_reliability_bars_show_only_bins_with_images():
    """An empty bin has no bar; the fullest has the tallest histogram; right more often is higher."""
    chart = chart_reliability(reliability_bins(np.array([0.95, 0.95, 0.5]), np.array([True, True, False])))
    middle, last = chart.bars
    assert last.x > middle.x
    assert last.y_accuracy == chart.box[1]
    assert middle.y_accuracy == chart.box[3]
    assert last.height_of_n == 2 * middle.height_of_n == chart.histogram[3] - chart.histogram[1]


def test_shares_end_at_0_and_100():
    """A spread that would go beyond 100 % or below 0 is cut there, and no tick lies beyond."""
    assert share_ticks(0.93, 1.06)[-1] == 1
    assert share_ticks(-0.02, 0.1)[0] == 0
    assert share_ticks(1, 1)[-1] == 1
    path = RegularisationPath(
        curves=(StrengthCurve(normalisation="l2", strengths=(1.0, 10.0), means=(0.97, 1.0), stds=(0.06, 0.0)),),
        chosen_normalisation="l2",
        chosen_strength=10.0,
    )
    chart = chart_path(path)
    assert chart.y_ticks[-1].label == "100"
    heights = [float(point.split(",")[1]) for point in chart.curves[0].band.split()]
    assert min(heights) >= chart.box[1]
