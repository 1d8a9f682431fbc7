"""The head that a training begins with: fitted on features of learnt weights, drawn where nothing was learnt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator
from regraft.experiments import fit_head, for_all_classes
from regraft.grafting.train_options import seed_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.experiments import DatasetFeatures
    from regraft.finetuning import World
    from regraft.grafting.train_options import TuningOptions
    from regraft.heads import LinearHead, Selection


def start_head(
    data: DatasetFeatures, train: NDArray[np.int64], options: TuningOptions
) -> tuple[LinearHead, Selection | None]:
    """The head that a training begins with: fitted on features of learnt weights, drawn where nothing was learnt.

    Returns:
        A head for all classes, and how it was chosen; None where it was drawn.
    """
    if data.spec.is_untrained:
        return _drawn_head(data, seed_of(options)), None
    selection = fit_head(data, train, options)
    return _movable_head(selection, data), selection


def start_together(
    data: DatasetFeatures, train: NDArray[np.int64], options: TuningOptions, world: World
) -> tuple[LinearHead, Selection | None]:
    """The head of process 0, in all processes; how it was chosen, it alone is told.

    Args:
        data: The images and their features.
        train: Rows to start from.
        options: How the start is made.
        world: The processes that train together.
    """
    told: list[Selection | None] = []

    def start() -> LinearHead:
        head, selection = start_head(data, train, options)
        told.append(selection)
        return head

    head = world.from_leader(start)
    return head, told[0] if told else None


def _drawn_head(data: DatasetFeatures, seed: int) -> LinearHead:
    """The softmax head that a network without learnt weights begins with: uniform within 1 / sqrt(d), as torch's."""
    from regraft.heads import LinearHead

    n_classes, n_features = data.manifest.n_classes, data.spec.n_features
    coef = generator(seed, "head").uniform(-1, 1, (n_classes, n_features)) / np.sqrt(n_features)
    return LinearHead(
        kind="softmax",
        is_row_normalised=False,
        coef=coef.astype(np.float32),
        intercept=np.zeros(n_classes, np.float32),
        temperature=1.0,
        n_inputs=n_features,
    )


def _movable_head(selection: Selection, data: DatasetFeatures) -> LinearHead:
    """A head for all classes; one without training images begins at scores that training can move."""
    head = for_all_classes(selection, data)
    floor = float(selection.head.intercept.min()) - 5.0 * selection.head.temperature
    return replace(head, intercept=np.maximum(head.intercept, np.float32(floor)))
