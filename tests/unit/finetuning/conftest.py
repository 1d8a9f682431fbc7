"""A training of a small network that takes a second."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    Journal,
    KeptViews,
    Task,
    Training,
    TrainingOptions,
    World,
    create_loss,
    discriminative_groups,
)
from small_network import small_network

N_IMAGES, N_FEATURES, N_CLASSES = 50, 6, 3


@pytest.fixture
def build():
    """Makes a training of a small network with batch norm and dropout on random activations."""

    def training(folder=None, world=None, activations=None, **settings):
        rng = np.random.default_rng(0)
        labels = rng.integers(0, N_CLASSES, N_IMAGES)
        views = [rng.normal(labels[:, None], 1.0, (N_IMAGES, N_FEATURES)).astype(np.float16) for _ in range(3)]
        if activations is not None:
            views = [activations(view) for view in views]
        options = TrainingOptions.of(None, {"epochs": 3, "batch_size": 8, "ema": 0.9, "dropout": 0.3, **settings})
        network = small_network(rng, N_FEATURES, 8, N_CLASSES, dropout=options.dropout, temperature=0.5)
        task = Task(
            network=network,
            groups=discriminative_groups([("body", list(network.body.named_parameters()))], network.head, options),
            feed=ActivationFeed(views[0], KeptViews(tuple(views[1:])), (N_FEATURES,), 0),
            labels=labels,
            train=np.arange(40),
            validation=np.arange(40, 50),
            loss=create_loss(options, N_CLASSES, np.bincount(labels)),
            n_classes=N_CLASSES,
            name=lambda row: f"image {row}",
        )
        return Training(
            task,
            options,
            seed=1,
            world=world or World(),
            checkpoints=None if folder is None else CheckpointFolder(folder / "checkpoints"),
            journal=None if folder is None else Journal(folder),
        )

    return training
