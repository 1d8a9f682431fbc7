"""Exponential moving averages of weights (Polyak and Juditsky 1992)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import nn


class AveragedNetwork:
    """A copy of a network whose weights follow the original's slowly.

    At the beginning they follow faster: the decay of step t is min(decay, (1 + t) / (10 + t)).

    Args:
        network: The original.
        decay: Part of the average that each step keeps.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(requires_grad=False)
        self.decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Follow the original after step `step` (0 for the first)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for average, current in zip(self.network.state_dict().values(), network.state_dict().values(), strict=True):
            if average.is_floating_point():
                average.lerp_(current, 1 - decay)
            else:
                average.copy_(current)

    def state_dict(self) -> dict[str, Any]:
        """The averages."""
        return self.network.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from kept averages."""
        self.network.load_state_dict(state)
