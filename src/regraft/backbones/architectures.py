"""From a record to a network: timm's architectures, the small built-in ones, and the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.backbones.networks import create_network, load_timm_weights
from regraft.backbones.processes import note_network, require_few_threads, require_own_threads
from regraft.backbones.tensor_files import load_tensors
from regraft.core import BackboneError, OptionError, quoted

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from torch import nn

    from regraft.backbones.specification import BackboneSpec


def build_network(spec: BackboneSpec, *, drop_path: float = 0.0) -> nn.Module:
    """A network with fresh weights and without a classifier, on the CPU, in evaluation mode.

    Args:
        spec: Its record.
        drop_path: Largest probability that a training step leaves out a residual block (Huang et al. 2016).

    Raises:
        BackboneError: Nobody knows the architecture, the user's code fails, or the process was forked after a network
            had been used.
        OptionError: It has no residual blocks to leave out.
    """
    require_own_threads()
    require_few_threads()
    note_network()
    if spec.family == "timm":
        network = create_network(spec.architecture, image_size=spec.image_size, drop_path=drop_path)
        network.reset_classifier(0)  # type: ignore[operator]
        return network.eval()
    if drop_path:
        raise OptionError(f"{spec.name} has no residual blocks that --drop-path could leave out.")
    if spec.family == "own":
        from regraft.backbones.own_networks import create_own_network

        return create_own_network(spec).eval()
    from regraft.backbones.small_networks import SMALL_NETWORKS

    if spec.architecture not in SMALL_NETWORKS:
        raise BackboneError(
            f"There is no small network called {quoted(spec.architecture)}: {', '.join(SMALL_NETWORKS)}."
        )
    return SMALL_NETWORKS[spec.architecture](spec.image_size, spec.n_channels).eval()


def initial_state(spec: BackboneSpec) -> dict[str, torch.Tensor]:
    """The weights that a network begins with when nothing was learnt; the location of its weights is the seed."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(spec.weights.location))
        return build_network(spec).state_dict()


def load_network(spec: BackboneSpec, weights: Path, *, drop_path: float = 0.0) -> nn.Module:
    """A backbone with its weights and without its classifier: images in, pooled penultimate features out.

    Args:
        spec: The backbone.
        weights: Its weights as a safetensors file with the network's names.
        drop_path: For training (`build_network`).

    Returns:
        A module from (n, c, h, w) float32 normalised pixels to (n, d) float32, in evaluation mode.

    Raises:
        BackboneError: The file does not fit the architecture.
    """
    network = build_network(spec, drop_path=drop_path)
    state = load_tensors(weights)
    if spec.family == "timm":
        load_timm_weights(network, state, spec.architecture)
        return network
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[2].strip() or str(error)
        raise BackboneError(f"The weights do not fit {spec.name}: {reason}") from error
    return network
