"""The curves of a training, for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.evaluation.charts import LineChart, chart_lines

if TYPE_CHECKING:
    from regraft.evaluation.training import TrainingStory


def chart_training(story: TrainingStory) -> tuple[LineChart, ...]:
    """Loss and accuracy along the epochs; nothing where there are none."""
    if not story.epochs:
        return ()
    numbers = [float(epoch.number) for epoch in story.epochs]
    charts = []
    for title, factor, kind in (("loss", 1.0, "loss"), ("accuracy, %", 100.0, "accuracy")):
        columns = {
            side: [getattr(epoch, f"{side}_{kind}") for epoch in story.epochs] for side in ("train", "validation")
        }
        series = {
            side: [None if value is None else factor * value for value in column]
            for side, column in columns.items()
            if any(value is not None for value in column)
        }
        charts.append(chart_lines(title, numbers, series, marked=story.best_epoch))
    return tuple(charts)
