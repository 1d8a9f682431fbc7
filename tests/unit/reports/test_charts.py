from __future__ import annotations

import numpy as np
import pytest

from regraft.evaluation import measure_limits
from regraft.evaluation.probability_scores import reliability_bins
from regraft.heads import PredictionSets, RateThreshold
from regraft.reports import RegularisationPath, StrengthCurve
from regraft.reports.charts import chart_path, chart_rejection, chart_reliability


def _path(strengths=(0.01, 1.0, 100.0), means=(0.5, 0.9, 0.7), chosen=1.0, name="l2"):
    curve = StrengthCurve(normalisation=name, strengths=strengths, means=means, stds=(0.05,) * len(means))
    return RegularisationPath(curves=(curve,), chosen_normalisation="l2", chosen_strength=chosen)


def _line(chart):
    return [tuple(map(float, point.split(","))) for point in chart.curves[0].line.split()]


def test_strengths_lie_evenly_on_a_logarithmic_axis():
    """Equal factors are equal distances, from edge to edge of the plot."""
    chart = chart_path(_path())
    box = chart.plot.box
    assert [x for x, _y in _line(chart)] == pytest.approx([box.left, (box.left + box.right) / 2, box.right])
    assert [tick.label for tick in chart.plot.x.ticks] == ["0.01", "0.1", "1", "10", "100"]


def test_better_scores_lie_higher_and_inside_the_plot():
    """The y axis grows upwards, and its ticks enclose the bands."""
    chart = chart_path(_path())
    box = chart.plot.box
    first, best, _last = (y for _x, y in _line(chart))
    assert box.top <= best < first <= box.bottom
    assert all(box.top <= float(point.split(",")[1]) <= box.bottom for point in chart.curves[0].band.split())


def test_the_chosen_point_is_the_nearest_on_its_curve():
    """The mark lies on the curve of the chosen normalisation, also where rounding moved the strength."""
    chart = chart_path(_path(chosen=1.0000001))
    assert chart.chosen == _line(chart)[1]
    assert chart.chosen_score == 0.9
    assert chart_path(_path(name="standard")).chosen is None


def test_one_strength_and_no_strength_can_be_drawn():
    """A path of one point has an axis; a path of none has no chart; zero has no place on a logarithmic axis."""
    chart = chart_path(_path(strengths=(0.3,), means=(0.8,), chosen=0.3))
    assert chart.plot.box.left < chart.chosen[0] < chart.plot.box.right
    assert chart_path(_path(strengths=(), means=())) is None
    assert len(_line(chart_path(_path(strengths=(0.0, 1.0, 10.0))))) == 2


def test_reliability_bars_show_only_bins_with_images():
    """An empty bin has no bar; the fullest has the tallest histogram; right more often is higher."""
    chart = chart_reliability(reliability_bins(np.array([0.95, 0.95, 0.5]), np.array([True, True, False])))
    middle, last = chart.bars
    assert last.x > middle.x
    assert last.y_accuracy == chart.plot.box.top
    assert middle.y_accuracy == chart.plot.box.bottom
    assert last.height_of_n == 2 * middle.height_of_n == chart.histogram.bottom - chart.histogram.top


def test_a_band_ends_at_100():
    """A spread that would go beyond 100 % is cut there, and no tick lies beyond."""
    path = RegularisationPath(
        curves=(StrengthCurve(normalisation="l2", strengths=(1.0, 10.0), means=(0.97, 1.0), stds=(0.06, 0.0)),),
        chosen_normalisation="l2",
        chosen_strength=10.0,
    )
    chart = chart_path(path)
    assert chart.plot.y.ticks[-1].label == "100"
    heights = [float(point.split(",")[1]) for point in chart.curves[0].band.split()]
    assert min(heights) >= chart.plot.box.top


def test_the_accuracy_of_what_is_kept_is_drawn(make_predictions):
    """From no rejected image at the left edge; strangers have a line where there are some."""
    limits = _limits(make_predictions(n=60, k=3), strange=np.arange(30.0))
    chart = chart_rejection(limits)
    kept, found = ([point.split(",") for point in line.split()] for line in (chart.kept, chart.found))
    assert float(kept[0][0]) == chart.plot.box.left
    assert len(kept) == len(found) == len(limits.curve)
    assert chart.line == chart.plot.x.place(limits.rejected.value)
    assert chart_rejection(_limits(make_predictions(n=60, k=3))).found == ""


def test_no_line_where_all_look_equally_strange(make_predictions):
    """One point makes no curve."""
    assert chart_rejection(_limits(make_predictions(n=20, k=3), novelty=np.zeros(20))) is None


def _limits(predictions, *, novelty=None, strange=None):
    line = RateThreshold(value=50.0, rate=0.05, n_images=400, n_effective=400.0, correlation=0.0)
    novelty = np.arange(float(len(predictions))) if novelty is None else novelty
    return measure_limits(
        predictions,
        novelty,
        np.ones_like(predictions.probabilities, np.bool_),
        measure="energy",
        threshold=line,
        sets=PredictionSets(line, miss_rate=0.1, mean_size=1.2, size_deviation=0.4),
        strange=strange,
    )
