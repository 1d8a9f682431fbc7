"""Regraft's own training loop on a network and a feed, for the scripts that time it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.finetuning import (
    GraftedHead,
    GraftedNetwork,
    Task,
    Training,
    create_loss,
    discriminative_groups,
)
from regraft.heads import LinearHead

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from torch import nn

    from regraft.backbones import BackboneSpec, Planes
    from regraft.finetuning import Feed, TrainingOptions

N_CLASSES = 2
Stage = tuple[str, list[tuple[str, "nn.Parameter"]]]


def own_training(
    body: nn.Module,
    spec: BackboneSpec,
    feed: Feed,
    labels: NDArray[np.int64],
    options: TrainingOptions,
    *,
    stages: Iterable[Stage] | None = None,
    planes: Planes | None = None,
    **how: Any,
) -> Training:
    """A training on all images, with a head that has learnt nothing, ready to run.

    Args:
        body: The network, or its tail.
        spec: Whose features it gives.
        feed: What goes in.
        labels: (n,) of two classes.
        options: Of the training.
        stages: The body's parameters; None to take them for one stage.
        planes: Makes pixels the network's input; None where the feed gives activations.
        how: World, precision, checkpoints: as `Training` takes them.
    """
    head = GraftedHead(_drawn_head(spec.n_features), np.ones((1, spec.n_features), np.float32), options.dropout)
    task = Task(
        network=GraftedNetwork(body, head, planes=planes, keep_statistics=True),
        groups=discriminative_groups(list(stages or [("body", list(body.named_parameters()))]), head, options),
        feed=feed,
        labels=labels,
        train=np.arange(len(labels)),
        validation=np.arange(0),
        loss=create_loss(options, N_CLASSES, np.bincount(labels, minlength=N_CLASSES)),
        n_classes=N_CLASSES,
    )
    return Training(task, options, seed=0, **how)


def _drawn_head(n_features: int) -> LinearHead:
    return LinearHead(
        "softmax",
        is_row_normalised=True,
        coef=np.random.default_rng(0).normal(size=(N_CLASSES, n_features)).astype(np.float32),
        intercept=np.zeros(N_CLASSES, np.float32),
        temperature=1.0,
        n_inputs=n_features,
    )
