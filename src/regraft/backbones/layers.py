"""Taps: the network as a function from uint8 pixels to the features of one layer."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from regraft.backbones.planes import Planes
from regraft.core import BackboneError, quoted

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec

PENULTIMATE = "penultimate"
"""What the network's own classifier would see."""
AUTO = "auto"
"""The penultimate layer, then mean and deviation of the last three feature maps; a search decides if they help."""
_N_AUTO_STAGES = 3
_STATISTICS = ("mean", "std", "max", "all")


def stage_names(network: nn.Module) -> dict[str, str]:
    """The network's stages, `stage1` (near the pixels) to `stageN`, with the module that each is.

    Where all that timm lists are parts of one sequence, each part is a stage, also those that timm leaves out because
    they do not change the resolution: EfficientNet has seven. A network that lists nothing has its own parts with
    parameters as stages.
    """
    listed = _listed_modules(network)
    parents = {name.rpartition(".")[0] for name in listed}
    if len(parents) == 1 and (parent := parents.pop()) and isinstance(network.get_submodule(parent), nn.Sequential):
        listed = [f"{parent}.{name}" for name, _part in network.get_submodule(parent).named_children()]
    return {f"stage{number}": name for number, name in enumerate(listed, start=1)}


def _listed_modules(network: nn.Module) -> list[str]:
    """The modules that timm lists as feature maps, from the pixels on."""
    info = getattr(network, "feature_info", None)
    if info is None:
        return [name for name, part in network.named_children() if any(True for _ in part.parameters())]
    return [str(row["module"]) for row in (info if isinstance(info, list) else info.info)]


@dataclass(frozen=True)
class Tap:
    """One block of a feature row: a module's output (None: the penultimate layer's), and how it is pooled."""

    module: nn.Module | None
    statistic: str


def find_taps(network: nn.Module, layer: str) -> list[Tap]:
    """What `layer` names, in its order.

    Args:
        network: A timm network.
        layer: `penultimate`, `stage1` ... `stageN`, or any module's dotted name; with `@std` or `@max` behind it the
            deviation or maximum over positions instead of the mean, with `@all` every number of it;
            several of these joined by `+`; or `auto`.

    Raises:
        BackboneError: There is no such layer; the message names the stages.
    """
    if layer == AUTO:
        last = _listed_modules(network)[-_N_AUTO_STAGES:]
        layer = "+".join([PENULTIMATE, *last, *(f"{module}@std" for module in last)])
    taps = []
    for part in layer.split("+"):
        name, _, statistic = part.partition("@")
        if statistic not in ("", *_STATISTICS):
            raise BackboneError(
                f"A layer is pooled by @{', @'.join(_STATISTICS)}; {quoted(part)} asks for something else."
            )
        taps.append(Tap(_find_layer(network, name), statistic or "mean"))
    return taps


def _find_layer(network: nn.Module, layer: str) -> nn.Module | None:
    if layer == PENULTIMATE:
        return None
    stages = stage_names(network)
    name = stages.get(layer, layer)
    modules = dict(network.named_modules())
    if name not in modules or not name:
        near = difflib.get_close_matches(layer, [*stages, *modules], n=3)
        raise BackboneError(
            f"There is no layer called {quoted(layer)}. Stages: {', '.join(stages) or 'none named'}; or a module's name"
            + (f" such as {' or '.join(near)}." if near else ".")
        )
    found: nn.Module = modules[name]
    return found


class FeatureNetwork(nn.Module):
    """uint8 pixels in, pooled features out; the normalisation of the pixels is part of the network.

    Several layers give one row: their features behind each other, each layer's scaled to the length of the first
    one's, so that all count alike.

    Args:
        network: A timm network without its classifier.
        spec: Its record.
        layer: The layers' names (`find_taps`).
    """

    def __init__(self, network: nn.Module, spec: BackboneSpec, layer: str = PENULTIMATE) -> None:
        super().__init__()
        self.network = network
        self.planes = Planes(spec)
        self._taps = find_taps(network, layer)
        self._n_prefix = int(getattr(network, "num_prefix_tokens", 0))
        self._is_channels_last = getattr(network, "output_fmt", "NCHW") == "NHWC"

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Compute features.

        Args:
            pixels: (n, h, w, 3) uint8, RGB.

        Returns:
            (n, d) float32: the layers' outputs, averaged over positions or patch tokens where they have any.
        """
        activations = self._activations(self.planes(pixels))
        blocks = [
            self._pooled(activation, tap.statistic).to(torch.float32)
            for activation, tap in zip(activations, self._taps, strict=True)
        ]
        if len(blocks) == 1:
            return blocks[0]
        length = blocks[0].norm(dim=1, keepdim=True)
        scaled = [block * (length / block.norm(dim=1, keepdim=True).clamp_min(1e-12)) for block in blocks[1:]]
        return torch.cat([blocks[0], *scaled], dim=1)

    def _activations(self, planes: torch.Tensor) -> list[torch.Tensor]:
        kept: dict[int, torch.Tensor] = {}

        def keep(place: int, output: torch.Tensor) -> None:
            kept[place] = output

        handles = [
            tap.module.register_forward_hook(lambda _module, _inputs, output, place=place: keep(place, output))
            for place, tap in enumerate(self._taps)
            if tap.module is not None
        ]
        try:
            last = self.network(planes)
        finally:
            for handle in handles:
                handle.remove()
        return [last if tap.module is None else kept[place] for place, tap in enumerate(self._taps)]

    def _pooled(self, activation: torch.Tensor, statistic: str) -> torch.Tensor:
        if statistic == "all":
            return activation.flatten(1)
        match activation.dim():
            case 2:
                return activation
            case 3:
                positions = activation[:, self._n_prefix :]
            case 4 if self._is_channels_last:
                positions = activation.flatten(1, 2)
            case 4:
                positions = activation.flatten(2).transpose(1, 2)
            case n_dimensions:
                raise BackboneError(f"A layer with {n_dimensions} dimensions cannot be pooled to features.")
        return _summary(positions.to(torch.float32), statistic)


def _summary(positions: torch.Tensor, statistic: str) -> torch.Tensor:
    """One number per channel (n, c) of (n, positions, c)."""
    if statistic == "max":
        return positions.amax(dim=1)
    mean = positions.mean(dim=1)
    if statistic == "mean":
        return mean
    # The square root's slope is infinite at 0: a constant channel must not give infinities in a later backward pass.
    return (positions - mean[:, None]).square().mean(dim=1).clamp_min(1e-12).sqrt()
