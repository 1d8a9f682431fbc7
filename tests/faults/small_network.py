"""A network that is trained in a second: with batch norm, dropout and a head that was drawn."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from regraft.finetuning import GraftedHead, GraftedNetwork
from regraft.heads import LinearHead


def small_network(
    rng: np.random.Generator, n_inputs: int, n_features: int, n_classes: int, *, dropout: float, temperature: float = 1
) -> GraftedNetwork:
    """Numbers in, scores out; the head is drawn from the generator, the rest always the same."""
    torch.manual_seed(0)
    body = nn.Sequential(nn.Linear(n_inputs, n_features), nn.BatchNorm1d(n_features), nn.ReLU())
    head = LinearHead(
        "softmax",
        is_row_normalised=True,
        coef=rng.normal(size=(n_classes, n_features)).astype(np.float32),
        intercept=np.zeros(n_classes, np.float32),
        temperature=temperature,
        n_inputs=n_features,
    )
    grafted = GraftedHead(head, np.ones((4, n_features), np.float32), dropout)
    return GraftedNetwork(body, grafted, planes=None, keep_statistics=False)
