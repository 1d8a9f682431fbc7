"""A network cut in two at the end of a stage: the part before it runs once, the part behind it is trained."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from torch import nn

from regraft.backbones.feature_network import stage_names
from regraft.core import BackboneError, quoted

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec

_TOLERANCE = 1e-4
"""Largest difference, relative to the largest feature, between a network and its two parts in float32."""


def stage_parameters(network: nn.Module) -> dict[str, list[tuple[str, nn.Parameter]]]:
    """All parameters by the stage that they belong to, from the pixels on.

    What runs before the first stage is called `stem`; what runs behind the last one, such as a last convolution
    before the pooling, belongs to the last stage.

    Args:
        network: A network without its classifier.
    """
    stages = {module: name for name, module in stage_names(network).items()}
    groups: dict[str, list[tuple[str, nn.Parameter]]] = {"stem": [], **{name: [] for name in stages.values()}}
    current = "stem"
    for name, parameter in network.named_parameters():
        holders = [stage for module, stage in stages.items() if name.startswith(f"{module}.")]
        current = holders[0] if holders else current
        groups[current if "." in name else "stem"].append((name, parameter))  # a token or position of the root
    return {stage: parameters for stage, parameters in groups.items() if parameters}


def cut_behind(network: nn.Module, stage: str, spec: BackboneSpec) -> tuple[nn.Module, tuple[int, ...]]:
    """The part of a network behind a stage.

    Everything that has run by the end of the stage is replaced by the identity; the stage's activation then goes in
    where the pixels did. That this gives the network's own features is verified on random pixels.

    Args:
        network: A timm network without its classifier, in evaluation mode; it is not changed.
        stage: A stage's name or a module's.
        spec: Its record.

    Returns:
        A module from activations (n, *shape) to features (n, d), and `shape`.

    Raises:
        BackboneError: There is no such stage, or the network's parts do not follow each other.
    """
    module_name = stage_names(network).get(stage, stage)
    if module_name not in dict(network.named_modules()) or not module_name:
        raise BackboneError(f"There is no stage called {quoted(stage)}. Stages: {', '.join(stage_names(network))}.")
    size = spec.image_size
    pixels = torch.randn(2, spec.n_channels, size, size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        finished, activation, wanted = _finished_modules(network, module_name, pixels)
        tail = copy.deepcopy(network)
        for name in finished:
            parent, _, last = name.rpartition(".")
            setattr(tail.get_submodule(parent) if parent else tail, last, nn.Identity())
        if hasattr(tail, "_pos_embed"):  # a vision transformer adds positions between two modules
            tail.__dict__["_pos_embed"] = nn.Identity()
        try:
            given = tail(activation)
        except Exception as error:
            raise _uncuttable(spec, stage) from error
    if given.shape != wanted.shape or not _is_close(given, wanted):
        raise _uncuttable(spec, stage)
    return tail, tuple(activation.shape[1:])


def _finished_modules(
    network: nn.Module, boundary: str, pixels: torch.Tensor
) -> tuple[list[str], torch.Tensor, torch.Tensor]:
    """Names of the modules that are through when `boundary` is, outermost only; its output; the network's output."""
    through: list[str] = []
    kept: list[torch.Tensor] = []

    def leave(name: str, output: torch.Tensor) -> None:
        if not kept:
            through.append(name)
            if name == boundary:
                kept.append(output)

    handles = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: leave(name, output))
        for name, module in network.named_modules()
        if name
    ]
    try:
        output = network(pixels)
    finally:
        for handle in handles:
            handle.remove()
    outermost = [name for name in through if not any(name.startswith(f"{other}.") for other in through)]
    return outermost, kept[0], output


def _is_close(given: torch.Tensor, wanted: torch.Tensor) -> bool:
    return bool((given - wanted).abs().max() <= _TOLERANCE * wanted.abs().max().clamp_min(1e-6))


def _uncuttable(spec: BackboneSpec, stage: str) -> BackboneError:
    return BackboneError(
        f"{spec.architecture} cannot be cut behind {stage}: its parts do not simply follow each other. "
        "Train the whole network (--from-stage 1)."
    )
