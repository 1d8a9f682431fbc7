"""What a sweep says of its trials, in words and pictures."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from regraft.reports import Sweep, SweepTrial, SweptOption, best_first, write_sweep
from regraft.reports.sweep_charts import chart_parallel, chart_slices
from regraft.reports.sweep_page import render_sweep

SPACE = (
    SweptOption(name="learning_rate", low=1e-4, high=1e-2, is_log=True),
    SweptOption(name="dropout", low=0.0, high=0.5),
    SweptOption(name="epochs", low=3, high=10, is_whole=True),
    SweptOption(name="ema", choices=(None, 0.99)),
)


def trial(number, accuracies, loss=0.5, outcome="finished", **details):
    """A trial that was judged on some folds."""
    settings = {"learning_rate": 1e-3, "dropout": 0.1, "epochs": 3 + number, "ema": None}
    mean = sum(accuracies) / len(accuracies) if accuracies else None
    return SweepTrial(
        number=number,
        settings=settings,
        outcome=outcome,
        accuracies=accuracies,
        accuracy=mean,
        log_loss=loss if accuracies else None,
        **details,
    )


def sweep(*trials):
    """A sweep of these trials."""
    return Sweep(
        title="<b>photos</b>: a sweep",
        created="2025-01-02T03:04:05+00:00",
        n_images=90,
        n_folds=3,
        space=SPACE,
        trials=best_first(list(trials)),
        command="regraft finetune photos --epochs 4",
    )


FOUND = sweep(
    trial(1, (0.6, 0.7, 0.8), is_default=True),
    trial(2, (0.8, 0.8, 0.8), 0.6),
    trial(3, (0.8, 0.8, 0.8), 0.4),
    trial(4, (0.9,), outcome="stopped"),
    trial(5, (), outcome="failed", note="The loss is no number."),
)


def test_the_best_is_first():
    """By accuracy, of equals by loss; what was not judged on all folds is no winner."""
    assert [one.number for one in FOUND.trials] == [3, 2, 1, 4, 5]
    assert FOUND.best.number == 3


def test_the_sentences_are_honest():
    """The gain over the defaults, the standard error, the optimism, and that the test images were left alone."""
    assert FOUND.sentence == (
        "Best of 5 trials: number 3, right on 80.0 % of 90 training images, each judged by a network that had not "
        "seen it: 10.0 points more than with the default values (70.0 %)."
    )
    optimism, untouched = FOUND.caveats
    assert "its number is too good" in optimism
    assert "standard error of its 3 folds is 0.0 points" in optimism
    assert "not looked at" in untouched
    told = [(one.severity, one.message) for one in FOUND.remarks]
    assert told == [("warning", optimism), ("note", untouched)]
    assert FOUND.default.standard_error == pytest.approx(0.1 / 3**0.5)
    assert trial(1, (0.5,)).standard_error is None
    assert "nothing better was found" in sweep(trial(1, (0.5, 0.6), is_default=True)).sentence
    assert sweep(trial(1, (0.5, 0.6))).sentence.endswith("had not seen it.")


def test_lines_go_through_all_axes():
    """An axis for each option and one for the accuracy; the best is drawn last, and lies highest there."""
    chart = chart_parallel(FOUND)
    assert [upright.name for upright in chart.uprights] == ["learning_rate", "dropout", "epochs", "ema", "accuracy, %"]
    assert [tick.label for tick in chart.uprights[0].axis.ticks] == ["0.0001", "0.001", "0.01"]
    assert [tick.label for tick in chart.uprights[3].axis.ticks] == ["none", "0.99"]
    assert [line.trial.number for line in chart.lines] == [1, 2, 3]
    points = [[tuple(map(float, point.split(","))) for point in line.points.split()] for line in chart.lines]
    assert points[-1][0] == (chart.uprights[0].x, (chart.box.top + chart.box.bottom) / 2)
    assert points[-1][-1][1] < points[0][-1][1]
    assert all(chart.box.top <= y <= chart.box.bottom for line in points for _x, y in line)


def test_slices_show_the_stopped_ones_too():
    """Whole numbers have whole ticks, and larger values lie to the right."""
    slices = chart_slices(FOUND)
    assert [chart.option.name for chart in slices] == [option.name for option in SPACE]
    epochs = slices[2]
    assert {dot.trial.number: dot.is_best for dot in epochs.dots} == {1: False, 2: False, 3: True, 4: False}
    places = [dot.x for dot in sorted(epochs.dots, key=lambda dot: dot.trial.settings["epochs"])]
    assert all(left < right for left, right in pairwise(places))
    assert [tick.label for tick in epochs.plot.x.ticks] == ["4", "6", "8", "10"]


def test_the_page_shows_everything(tmp_path):
    """Trials, the command, the note of the failed one, and hostile names as text; the JSON file is the value."""
    json_path, html_path = write_sweep(FOUND, tmp_path)
    assert (json_path.name, html_path.name) == ("sweep.json", "report.html")
    assert Sweep.model_validate_json(json_path.read_text(encoding="utf-8")) == FOUND
    page = html_path.read_text(encoding="utf-8")
    assert page == render_sweep(FOUND)
    assert "<b>photos</b>" not in page
    assert "regraft finetune photos --epochs 4" in page
    assert "The loss is no number." in page
    assert "<script" not in page
    assert len(re.findall(r'<polyline class="trial', page)) == 3


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_a_single_trial_has_pictures(accuracy):
    """However good it is."""
    assert "<polyline" in render_sweep(sweep(trial(1, (accuracy, accuracy))))
