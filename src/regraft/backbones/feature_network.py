"""A network in torch as a function from uint8 pixels to the features of its layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from regraft.backbones.architectures import load_network
from regraft.backbones.layers import (
    PENULTIMATE,
    SMALLEST_DEVIATION,
    SMALLEST_LENGTH,
    NetworkParts,
    find_taps,
    idle_module,
)
from regraft.backbones.planes import Planes
from regraft.backbones.weights import keep_weights
from regraft.core import BackboneError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.backbones.specification import BackboneSpec


def stage_names(network: nn.Module) -> dict[str, str]:
    """The network's stages, `stage1` (near the pixels) to `stageN`, with the module that each is.

    Args:
        network: A network without its classifier. Stages are what timm lists (`NetworkParts.stages`); a network that
            lists nothing has its own parts with parameters as stages.
    """
    return _parts_of(network).stages


def _parts_of(network: nn.Module) -> NetworkParts:
    modules = dict(network.named_modules())
    sequences = frozenset(name for name, part in modules.items() if name and isinstance(part, nn.Sequential))
    return NetworkParts(tuple(modules), tuple(_listed_modules(network)), sequences)


def _listed_modules(network: nn.Module) -> list[str]:
    """The modules that timm lists as feature maps, from the pixels on."""
    info = getattr(network, "feature_info", None)
    if info is None:
        return [name for name, part in network.named_children() if any(True for _ in part.parameters())]
    return [str(row["module"]) for row in (info if isinstance(info, list) else info.info)]


class FeatureNetwork(nn.Module):
    """uint8 pixels in, pooled features out; the normalisation of the pixels is part of the network.

    Several layers give one row: their features behind each other, each layer's scaled to the length of the first
    one's, so that all count alike.

    Args:
        network: A timm network without its classifier.
        spec: Its record.
        layer: The layers' names (`layers.find_taps`).
    """

    def __init__(self, network: nn.Module, spec: BackboneSpec, layer: str = PENULTIMATE) -> None:
        super().__init__()
        self.network = network
        self.planes = Planes(spec)
        self.taps = find_taps(_parts_of(network), layer)
        self._n_prefix = int(getattr(network, "num_prefix_tokens", 0))
        self.is_channels_last = getattr(network, "output_fmt", "NCHW") == "NHWC"

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute features.

        Args:
            pixels: (n, h, w, 3) uint8, RGB.

        Returns:
            (n, d) float32: the layers' outputs, averaged over positions or patch tokens where they have any.
        """
        return self.pooled(self.activations(pixels))

    def pooled(self, activations: Sequence[torch.Tensor]) -> torch.Tensor:
        """Features (n, d) float32 of what `activations` gives."""
        blocks = [
            self._pooled(activation, tap.statistic).to(torch.float32)
            for activation, tap in zip(activations, self.taps, strict=True)
        ]
        if len(blocks) == 1:
            return blocks[0]
        length = blocks[0].norm(dim=1, keepdim=True)
        scaled = [block * (length / block.norm(dim=1, keepdim=True).clamp_min(SMALLEST_LENGTH)) for block in blocks[1:]]
        return torch.cat([blocks[0], *scaled], dim=1)

    def activations(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        """What each tap gives, before it is pooled.

        Args:
            pixels: (n, h, w, 3) uint8, RGB.

        Raises:
            BackboneError: A tap's module is never run.
        """
        planes = self.planes(pixels)
        kept: dict[int, torch.Tensor] = {}

        def keep(place: int, output: torch.Tensor) -> None:
            kept[place] = output

        handles = [
            self.network.get_submodule(tap.module).register_forward_hook(
                lambda _module, _inputs, output, place=place: keep(place, output)
            )
            for place, tap in enumerate(self.taps)
            if tap.module is not None
        ]
        try:
            last = self.network(planes)
        finally:
            for handle in handles:
                handle.remove()
        for place, tap in enumerate(self.taps):
            if tap.module is None:
                kept[place] = last
            elif place not in kept:
                raise idle_module(tap.module)
        return [kept[place] for place in range(len(self.taps))]

    def _pooled(self, activation: torch.Tensor, statistic: str) -> torch.Tensor:
        if statistic == "all":
            return activation.flatten(1)
        match activation.dim():
            case 2:
                return activation
            case 3:
                positions = activation[:, self._n_prefix :]
            case 4 if self.is_channels_last:
                positions = activation.flatten(1, 2)
            case 4:
                positions = activation.flatten(2).transpose(1, 2)
            case n_dimensions:
                raise BackboneError(f"A layer with {n_dimensions} dimensions cannot be pooled to features.")
        return _summary(positions.to(torch.float32), statistic)


def load_features(spec: BackboneSpec, layer: str, cache: Path) -> FeatureNetwork:
    """A network in torch, from pixels to the features of its layers, on the CPU, in evaluation mode.

    Args:
        spec: A resolved backbone.
        layer: The layers' names (`layers.find_taps`).
        cache: The cache folder.

    Raises:
        BackboneError: The weights cannot be had, or there is no such layer.
    """
    weights, _digest = keep_weights(spec, cache / "weights")
    return FeatureNetwork(load_network(spec, weights), spec, layer).eval()


class MapNetwork(nn.Module):
    """uint8 pixels in, out the features and what they are pooled from: for each tap of a `FeatureNetwork` one tensor.

    The penultimate layer's is what the network's last pooling takes, where it has one. Whoever uses that checks whether
    its mean is the penultimate layer: some networks go on behind their pooling.

    Args:
        features: What is to be taken apart.
    """

    def __init__(self, features: FeatureNetwork) -> None:
        super().__init__()
        self.features = features
        self._pool = _last_pool(features.network)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Compute features (n, d), and activations: (n, c, h, w) where there are rows and columns, else as they are.

        Args:
            pixels: (n, h, w, 3) uint8, RGB.
        """
        pooled: list[torch.Tensor] = []
        handle = None
        if self._pool is not None:
            handle = self._pool.register_forward_pre_hook(lambda _module, inputs: pooled.append(inputs[0]))
        try:
            activations = self.features.activations(pixels)
        finally:
            if handle is not None:
                handle.remove()
        found = [
            pooled[-1] if tap.module is None and pooled else activation
            for tap, activation in zip(self.features.taps, activations, strict=True)
        ]
        return self.features.pooled(activations), *map(self._upright, found)

    def _upright(self, activation: torch.Tensor) -> torch.Tensor:
        is_turned = activation.dim() == 4 and self.features.is_channels_last
        # Taps of one module give one tensor, which the converter takes for an output once only: each is made anew.
        return (activation.permute(0, 3, 1, 2) if is_turned else activation) * 1.0


def _last_pool(network: nn.Module) -> nn.Module | None:
    """The module that averages a network's last map: timm's, else torch's."""
    found = None
    for kind in ("AdaptiveAvgPool2d", "SelectAdaptivePool2d"):
        found = next((part for part in reversed([*network.modules()]) if type(part).__name__ == kind), found)
    return found


def _summary(positions: torch.Tensor, statistic: str) -> torch.Tensor:
    """One number per channel (n, c) of (n, positions, c)."""
    if statistic == "max":
        return positions.amax(dim=1)
    mean = positions.mean(dim=1)
    if statistic == "mean":
        return mean
    # The square root's slope is infinite at 0: a constant channel must not give infinities in a later backward pass.
    return (positions - mean[:, None]).square().mean(dim=1).clamp_min(SMALLEST_DEVIATION**2).sqrt()
