from __future__ import annotations

import math

import pytest

from regraft.reports import RateSchedule, Rung, TrainingCurve
from regraft.reports.training_charts import chart_accuracies, chart_ladder, chart_losses, chart_schedule


def _curve(**series):
    return TrainingCurve(**({"name": "tail", "epochs": (1, 2, 3, 4, 5), "best_epoch": 3} | series))


def _points(piece):
    return [tuple(map(float, point.split(","))) for point in piece.split()]


def test_epochs_go_right_and_losses_go_up():
    """From edge to edge along the epochs, inside the box upwards; ticks are whole epochs."""
    chart = chart_losses(_curve(train_loss=(2, 1, 0.5, 0.4, 0.3), validation_loss=(2, 1.2, 0.8, 0.9, 1)))
    box = chart.plot.box
    training, validation = chart.lines
    points = _points(training.pieces[0])
    assert [points[0][0], points[2][0], points[-1][0]] == pytest.approx(
        [box.left, (box.left + box.right) / 2, box.right]
    )
    assert box.top <= points[0][1] < points[-1][1] <= box.bottom
    assert [tick.label for tick in chart.plot.x.ticks] == ["1", "2", "3", "4", "5"]
    assert chart.best == _points(validation.pieces[0])[2]
    assert chart.best_x == chart.best[0]


def test_gaps_break_a_line():
    """An epoch that was not measured, or diverged, is bridged by no line; a point by itself is a dot."""
    chart = chart_losses(_curve(train_loss=(1, 0.5, None, 0.2, math.inf)))
    (line,) = chart.lines
    assert len(line.pieces) == len(line.lonely) == 1
    assert chart.best is None
    assert chart.best_x is not None


def test_a_series_keeps_its_colour_where_the_other_is_missing():
    """The validation series is the second one also when it is alone."""
    (line,) = chart_accuracies(_curve(validation_accuracy=(0.5, 0.6, 0.7, 0.8, 0.9))).lines
    assert (line.name, line.place) == ("validation", 1)


def test_no_tick_is_above_one():
    """A perfect accuracy has no axis to 100.1 per cent."""
    for shares in ((1, 1, 1, 1, 1), (0.5, 0.9, 0.99, 1, 1)):
        chart = chart_accuracies(_curve(train_accuracy=shares))
        assert chart.plot.y.ticks[-1].label == "100"
    marks = chart_ladder((Rung(name="probe", description="", validation=0.99, validation_std=0.05, seconds=1),))
    assert marks.ticks[-1].label == "100"


def test_nothing_measured_is_no_chart():
    """Without values there is nothing to draw; one epoch is enough."""
    assert chart_losses(_curve()) is None
    assert chart_losses(_curve(train_loss=(None,) * 5)) is None
    assert chart_schedule(RateSchedule(steps=(), factors=())) is None
    single = chart_losses(TrainingCurve(name="a", epochs=(1,), train_loss=(0.5,), best_epoch=7))
    assert len(single.lines[0].lonely) == 1
    assert single.best_x is None


def test_the_schedule_begins_at_zero():
    """The axis of the factors holds zero, so that a decay looks as deep as it is."""
    chart = chart_schedule(RateSchedule(steps=(0, 1000, 2000), factors=(1.0, 0.9, 0.8)))
    assert [chart.plot.y.ticks[0].label, chart.plot.y.ticks[-1].label] == ["0", "100"]
    assert "1,000" in [tick.label for tick in chart.plot.x.ticks]


def test_rungs_share_an_axis():
    """Better is further right; a rung that was not measured has no point, one without a spread no line."""
    rungs = (
        Rung(name="probe", description="", validation=0.8, validation_std=0.02, seconds=1),
        Rung(name="failed", description="", seconds=1),
        Rung(name="full", description="", validation=0.9, seconds=9),
    )
    probe, failed, full = chart_ladder(rungs).marks
    assert 0 < probe.low < probe.value < probe.high < full.value < 100
    assert failed.value is None
    assert full.low is None
    assert chart_ladder(rungs[1:2]).ticks == ()
