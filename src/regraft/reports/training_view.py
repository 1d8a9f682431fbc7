"""A training as the page shows it: charts with their curves, pictures of the images that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.pictures import PicturedChange, pictured_changes
from regraft.reports.training_charts import (
    LadderChart,
    LineChart,
    chart_accuracies,
    chart_ladder,
    chart_losses,
    chart_schedule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.reports.pictures import Pictures
    from regraft.reports.training_story import TrainingCurve, TrainingStory

N_EPOCH_ROWS = 200


@dataclass(frozen=True)
class CurveView:
    """The charts of one training and the rows of its table: epoch, two losses, two accuracies."""

    curve: TrainingCurve
    losses: LineChart | None
    accuracies: LineChart | None
    rows: tuple[tuple[float, float | None, float | None, float | None, float | None], ...]


@dataclass(frozen=True)
class TrainingView:
    """What the section on a training is made of.

    `first` are the curves that are open: those of the rung that won, else the first ones; `others` are folded.
    """

    training: TrainingStory
    ladder: LadderChart
    first: CurveView | None
    others: tuple[CurveView, ...]
    schedule: LineChart | None
    gained: tuple[PicturedChange, ...]
    lost: tuple[PicturedChange, ...]
    sheet: str | None


def view_training(training: TrainingStory, pictures: Pictures) -> TrainingView:
    """All of a training that the page shows."""
    winners = {rung.name for rung in training.rungs if rung.is_winner}
    ordered = sorted(training.curves, key=lambda curve: curve.name not in winners)
    views = tuple(_view(curve) for curve in ordered)
    verdict = training.verdict
    return TrainingView(
        training=training,
        ladder=chart_ladder(training.rungs),
        first=views[0] if views else None,
        others=views[1:],
        schedule=None if training.schedule is None else chart_schedule(training.schedule),
        gained=pictured_changes(verdict.gained, pictures) if verdict else (),
        lost=pictured_changes(verdict.lost, pictures) if verdict else (),
        sheet=None if training.augmented is None else f"data:image/jpeg;base64,{training.augmented}",
    )


def _view(curve: TrainingCurve) -> CurveView:
    return CurveView(curve, chart_losses(curve), chart_accuracies(curve), tuple(_rows(curve)))


def _rows(curve: TrainingCurve) -> Iterator[tuple[float, float | None, float | None, float | None, float | None]]:
    """The first rows of the table; a series that was not measured is a column of None."""
    nothing = (None,) * len(curve.epochs)
    columns = (curve.train_loss, curve.validation_loss, curve.train_accuracy, curve.validation_accuracy)
    rows = zip(curve.epochs, *(column or nothing for column in columns), strict=True)
    for _n, row in zip(range(N_EPOCH_ROWS), rows, strict=False):
        yield row
