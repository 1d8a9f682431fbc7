"""What a report says of a training, from what the workshop and the ladder give."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from regraft.evaluation import EpochScores, Table, TrainingStory
from regraft.images import View, contact_sheet
from regraft.recipes.dataset_features import spread_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.recipes.ladder import Verdict
    from regraft.recipes.workshop import Fit, Workshop

_N_SHEET_IMAGES, _N_SHEET_VIEWS = 4, 6


def tell_training(
    shop: Workshop,
    fit: Fit | None,
    decisions: Sequence[str],
    *,
    verdict: Verdict | None = None,
    tables: Sequence[Table] = (),
) -> TrainingStory:
    """Curves and rates of a training, the ladder that led to it, and what the network saw.

    Args:
        shop: Where it was trained.
        fit: The training; None where the probe is kept.
        decisions: Sentences.
        verdict: Of the ladder, where there was one.
        tables: More tables.
    """
    own = [] if verdict is None else [_ladder_table(verdict)]
    if fit is not None:
        own.append(_rates_table(fit))
    return TrainingStory(
        verdict=None if verdict is None else verdict.sentence,
        decisions=tuple(decisions),
        epochs=()
        if fit is None
        else tuple(
            EpochScores(
                number=epoch.number,
                train_loss=epoch.train_loss,
                train_accuracy=epoch.train_accuracy,
                validation_loss=epoch.validation_loss,
                validation_accuracy=epoch.validation_accuracy,
            )
            for epoch in fit.trained.history
        ),
        best_epoch=None if fit is None else fit.trained.best_epoch,
        tables=(*own, *tables),
        augmented=_augmented(shop),
    )


def rate_rows(fit: Fit) -> list[dict[str, str | float | int]]:
    """The discriminative learning rates, the head's first: for `run.json`."""
    return [
        {
            "group": group.name,
            "parameters": group.n_parameters,
            "learning_rate": group.learning_rate,
            "weight_decay": group.weight_decay,
        }
        for group in fit.rates
    ]


def _rates_table(fit: Fit) -> Table:
    return Table(
        title="Learning rates at their peak",
        columns=("part", "parameters", "learning rate", "weight decay"),
        rows=tuple(
            (group.name, group.n_parameters, f"{group.learning_rate:.3g}", f"{group.weight_decay:g}")
            for group in fit.rates
        ),
    )


def _ladder_table(verdict: Verdict) -> Table:
    return Table(
        title="The ladder, judged on folds of the training images",
        columns=("what", "right, %", "images", "seconds"),
        rows=tuple((rung.name, f"{100 * rung.accuracy:.1f}", rung.n, f"{rung.seconds:.1f}") for rung in verdict.rungs),
    )


def _augmented(shop: Workshop) -> str | None:
    """Some images and their views; None where nothing is changed."""
    if shop.augmentation.is_plain:
        return None
    files = shop.data.manifest.files()
    views = [View(shop.augmentation, shop.options.seed, number) for number in range(_N_SHEET_VIEWS)]
    sheet = contact_sheet(
        [files[row] for row in spread_out(shop.rows, _N_SHEET_IMAGES)], shop.data.extractor.transform, views
    )
    return base64.b64encode(sheet).decode()
