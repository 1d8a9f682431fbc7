"""What comes out of each stage of a network: for TensorBoard's histograms and the share of zeros."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import nn

from regraft.backbones import stage_names
from regraft.finetuning.inference import network_scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.finetuning.feeds import Feed
    from regraft.finetuning.journal import Journal
    from regraft.finetuning.network import GraftedNetwork
    from regraft.finetuning.task import Task


_N_SHOWN = 32
"""Images whose activations are shown."""


def show_distributions(
    journal: Journal, step: int, network: GraftedNetwork, task: Task, *, device: torch.device, precision: str
) -> None:
    """Weights, and what comes out of each stage, to TensorBoard.

    Args:
        journal: Where they are shown.
        step: Of the training.
        network: On the device; it is left in evaluation mode.
        task: Its first validation images are shown, or training images where there are none.
        device: Where the network is.
        precision: "fp32" or "bf16".
    """
    rows = (task.validation if len(task.validation) else task.train)[:_N_SHOWN]
    outputs = stage_activations(network, task.feed, rows, device, precision=precision)
    weights = {name: weight.detach().float().cpu().numpy() for name, weight in network.named_parameters()}
    journal.histograms("weights", step, weights)
    journal.histograms("activations", step, outputs)
    journal.record("sparsity", step, **{name: float((out == 0).mean()) for name, out in outputs.items()})


def stage_activations(
    network: GraftedNetwork, feed: Feed, rows: NDArray[np.int64], device: torch.device, *, precision: str
) -> dict[str, NDArray[np.float32]]:
    """The outputs of the stages that are trained, of the body and of the head, for images as they are.

    Args:
        network: On the device; it is left in evaluation mode.
        feed: Inputs.
        rows: (m,) which images; m is small, all of it is held in memory.
        device: Where the network is.
        precision: "fp32" or "bf16".

    Returns:
        Arrays (m, ...) float32 by name: `stage5`, `features`, `scores`.
    """
    kept: dict[str, list[torch.Tensor]] = {}

    def keep(_module: nn.Module, _inputs: object, output: torch.Tensor, *, name: str) -> None:
        kept.setdefault(name, []).append(output.float().cpu())

    stages = {stage: network.body.get_submodule(module) for stage, module in stage_names(network.body).items()}
    watched = {name: module for name, module in stages.items() if not isinstance(module, nn.Identity)}
    watched |= {"features": network.body, "scores": network.head}
    handles = [module.register_forward_hook(partial(keep, name=name)) for name, module in watched.items()]
    try:
        network_scores(network, feed, rows, device, precision=precision)
    finally:
        for handle in handles:
            handle.remove()
    return {name: torch.cat(parts).numpy() for name, parts in kept.items()}
