"""What a report says of a training, from what the training and the ladder give."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from regraft.finetuning import rate_factor
from regraft.images import encode_jpeg
from regraft.reports import RateGroup, RateSchedule, TrainingCurve, TrainingStory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.grafting.fitting import Fit
    from regraft.grafting.ladder import Climbed
    from regraft.grafting.preparation import Prepared
    from regraft.grafting.train_options import TuningOptions

_N_SCHEDULE_POINTS = 200


def tell_training(
    options: TuningOptions, prepared: Prepared, fit: Fit | None, notes: Sequence[str], climbed: Climbed | None = None
) -> TrainingStory:
    """Curves and rates of a training, the ladder that led to it, and what the network saw.

    Args:
        options: What was asked for.
        prepared: What was decided before it began, and a picture of the inputs.
        fit: The training; None where the probe is kept.
        notes: What else to know, as sentences.
        climbed: The ladder, where there was one.
    """
    name = "fine-tuning" if climbed is None else f"fine-tuning at {climbed.rate:g}"
    return TrainingStory(
        curves=() if fit is None else (_curve(fit, name),),
        rates=() if fit is None else tuple(RateGroup.model_validate(row) for row in rate_rows(fit)),
        schedule=None if fit is None else _schedule(options, fit),
        rungs=() if climbed is None else climbed.rungs,
        verdict=None if climbed is None else climbed.verdict,
        plan=prepared.sentences,
        notes=tuple(notes),
        augmented=None if prepared.sheet is None else base64.b64encode(encode_jpeg(prepared.sheet)).decode(),
    )


def rate_rows(fit: Fit) -> list[dict[str, str | float | int]]:
    """The discriminative learning rates, the head's first: for `run.json`."""
    rows: list[dict[str, str | float | int]] = []
    for group in fit.rates:
        is_second = any(row["name"] == group.name for row in rows)  # those of a stage that weight decay spares
        rows.append(
            {
                "name": f"{group.name}: biases and norms" if is_second else group.name,
                "n_parameters": group.n_parameters,
                "learning_rate": group.learning_rate,
                "weight_decay": group.weight_decay,
            }
        )
    return rows


def _curve(fit: Fit, name: str) -> TrainingCurve:
    history = fit.trained.history
    is_validated = bool(len(fit.sides.validation))
    return TrainingCurve(
        name=name,
        epochs=tuple(float(epoch.number) for epoch in history),
        train_loss=tuple(epoch.train_loss for epoch in history),
        train_accuracy=tuple(epoch.train_accuracy for epoch in history),
        validation_loss=tuple(epoch.validation_loss for epoch in history) if is_validated else (),
        validation_accuracy=tuple(epoch.validation_accuracy for epoch in history) if is_validated else (),
        best_epoch=fit.trained.best_epoch,
    )


def _schedule(options: TuningOptions, fit: Fit) -> RateSchedule:
    """The factor of all rates at some hundred steps."""
    n_steps, steps_an_epoch = fit.trained.n_steps, fit.trained.steps_an_epoch
    steps = tuple(range(0, n_steps, max(1, n_steps // _N_SCHEDULE_POINTS)))
    return RateSchedule(
        steps=steps, factors=tuple(rate_factor(step, n_steps, steps_an_epoch, options) for step in steps)
    )
