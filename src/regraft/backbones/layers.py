"""Taps: the network as a function from uint8 pixels to the features of one layer."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import torch
from torch import nn

from regraft.core import BackboneError

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec

PENULTIMATE = "penultimate"
"""The default layer: what the network's own classifier would see."""


def stage_names(network: nn.Module) -> dict[str, str]:
    """The network's stages, `stage1` (near the pixels) to `stageN`, with the module that each is."""
    info = getattr(network, "feature_info", None) or []
    rows = info if isinstance(info, list) else info.info
    return {f"stage{number}": str(row["module"]) for number, row in enumerate(rows, start=1)}


def find_layer(network: nn.Module, layer: str) -> nn.Module | None:
    """The module whose output `layer` names; None for the penultimate layer.

    Args:
        network: A timm network.
        layer: `penultimate`, `stage1` ... `stageN`, or any module's dotted name.

    Raises:
        BackboneError: There is no such layer; the message names the stages.
    """
    if layer == PENULTIMATE:
        return None
    stages = stage_names(network)
    name = stages.get(layer, layer)
    modules = dict(network.named_modules())
    if name not in modules or not name:
        near = difflib.get_close_matches(layer, [*stages, *modules], n=3)
        raise BackboneError(
            f"There is no layer called {layer!r}. Stages: {', '.join(stages) or 'none named'}; or a module's name"
            + (f" such as {' or '.join(near)}." if near else ".")
        )
    found: nn.Module = modules[name]
    return found


class FeatureNetwork(nn.Module):
    """uint8 pixels in, pooled features of one layer out; the normalisation is part of the network.

    Args:
        network: A timm network without its classifier.
        spec: Its record; the mean and std are used.
        layer: The layer's name (`find_layer`).
    """

    def __init__(self, network: nn.Module, spec: BackboneSpec, layer: str = PENULTIMATE) -> None:
        super().__init__()
        self.network = network
        self.scale: torch.Tensor
        self.shift: torch.Tensor
        self._tapped = find_layer(network, layer)
        self._n_prefix = int(getattr(network, "num_prefix_tokens", 0))
        self._is_channels_last = getattr(network, "output_fmt", "NCHW") == "NHWC"
        mean, std = torch.tensor(spec.mean), torch.tensor(spec.std)
        self.register_buffer("scale", (1.0 / (255.0 * std)).view(1, 3, 1, 1))
        self.register_buffer("shift", (-mean / std).view(1, 3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute features.

        Args:
            pixels: (n, h, w, 3) uint8, RGB.

        Returns:
            (n, d) float32: the layer's output, averaged over positions or patch tokens where it has any.
        """
        planes = pixels.permute(0, 3, 1, 2).to(torch.float32) * self.scale + self.shift
        return self._pooled(self._activation(planes)).to(torch.float32)

    def _activation(self, planes: torch.Tensor) -> torch.Tensor:
        if self._tapped is None:
            return self.network(planes)  # type: ignore[no-any-return]
        kept: list[torch.Tensor] = []
        handle = self._tapped.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
        try:
            self.network(planes)
        finally:
            handle.remove()
        return kept[-1]

    def _pooled(self, activation: torch.Tensor) -> torch.Tensor:
        match activation.dim():
            case 2:
                return activation
            case 3:
                return activation[:, self._n_prefix :].mean(dim=1)
            case 4 if self._is_channels_last:
                return activation.mean(dim=(1, 2))
            case 4:
                return activation.mean(dim=(2, 3))
            case n_dimensions:
                raise BackboneError(f"A layer with {n_dimensions} dimensions cannot be pooled to features.")
