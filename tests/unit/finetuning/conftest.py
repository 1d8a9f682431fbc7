"""A training of a small network that takes a second."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from regraft.finetuning import (
    ActivationFeed,
    CheckpointFolder,
    GraftedHead,
    GraftedNetwork,
    Journal,
    KeptViews,
    Task,
    Training,
    TrainingOptions,
    World,
    create_loss,
    discriminative_groups,
)
from regraft.heads import LinearHead

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
        torch.manual_seed(0)
        body = nn.Sequential(nn.Linear(N_FEATURES, 8), nn.BatchNorm1d(8), nn.ReLU())
        weights = rng.normal(size=(N_CLASSES, 8)).astype(np.float32)
        head = LinearHead(
            "softmax",
            is_row_normalised=True,
            coef=weights,
            intercept=np.zeros(N_CLASSES, np.float32),
            temperature=0.5,
            n_inputs=8,
        )
        options = TrainingOptions.of(None, {"epochs": 3, "batch_size": 8, "ema": 0.9, "dropout": 0.3, **settings})
        network = GraftedNetwork(
            body,
            GraftedHead(head, np.ones((4, 8), np.float32), options.dropout),
            planes=None,
            keep_statistics=False,
        )
        task = Task(
            network=network,
            groups=discriminative_groups([("body", list(body.named_parameters()))], network.head, options),
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
