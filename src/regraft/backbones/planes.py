"""From decoded pixels to what a network computes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec

_GREY = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in luma (ITU-R BT.601)."""


class Planes(nn.Module):
    """uint8 pixels to normalised planes, in colour or grey.

    Args:
        spec: The network's record; colour, mean and std are used.
    """

    def __init__(self, spec: BackboneSpec) -> None:
        super().__init__()
        self.scale: torch.Tensor
        self.shift: torch.Tensor
        self.luma: torch.Tensor
        self._is_grey = spec.colour == "grey"
        self._standardise = spec.standardise
        mean, std = (torch.tensor(part[: spec.n_channels]) for part in (spec.mean, spec.std))
        self.register_buffer("scale", (1.0 / (255.0 * std)).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("shift", (-mean / std).view(1, -1, 1, 1), persistent=False)
        self.register_buffer("luma", torch.tensor(_GREY).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Planes (n, 3 or 1, h, w) float32 of pixels (n, h, w, 3) uint8, RGB."""
        planes = pixels.permute(0, 3, 1, 2).to(torch.float32)
        if self._is_grey:
            planes = (planes * self.luma).sum(dim=1, keepdim=True)
        planes = planes * self.scale + self.shift
        return _standardised(planes) if self._standardise else planes


def _standardised(planes: torch.Tensor) -> torch.Tensor:
    """Each image to mean 0 and deviation 1, as tf.image.per_image_standardization: never by less than 1 / sqrt(n)."""
    mean = planes.mean(dim=(1, 2, 3), keepdim=True)
    variance = (planes - mean).square().mean(dim=(1, 2, 3), keepdim=True)
    n_values = planes.shape[1] * planes.shape[2] * planes.shape[3]
    return (planes - mean) / variance.sqrt().clamp_min(n_values**-0.5)
