"""Networks with newly trained tensors: backbones like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.backbones import WeightsSource, keep_state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

    from regraft.backbones import BackboneSpec


_BODY = "body."


def body_of(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of a grafted network that are not its head's, by the names of the network under it."""
    return {name.removeprefix(_BODY): tensor for name, tensor in state.items() if name.startswith(_BODY)}


def keep_trained(spec: BackboneSpec, state: Mapping[str, torch.Tensor], folder: Path) -> BackboneSpec:
    """Keep a network's tensors under their digest.

    Args:
        spec: The network that was trained.
        state: All of its tensors, on any device.
        folder: Of kept weights.

    Returns:
        The record of the trained network; its weights are a file in the folder.
    """
    what = "trained" if spec.is_untrained else "fine-tuned"
    name = spec.name if spec.name.endswith(what) else f"{spec.name} {what}"
    trained = spec.model_copy(update={"name": name, "digest": None, "top1": None})
    path, digest = keep_state(trained, {name: tensor.cpu() for name, tensor in state.items()}, folder)
    source = WeightsSource(kind="file", location=str(path))
    return trained.model_copy(update={"digest": digest, "weights": source})
