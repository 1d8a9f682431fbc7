"""What a training will cost: measured on a few images before it begins."""

from __future__ import annotations

import time

import torch
from torch import nn

_N_IMAGES = 8
_N_STEPS = 2


def seconds_an_image(network: nn.Module, shape: tuple[int, ...], device: torch.device, *, bf16: bool) -> float:
    """Time that a training step takes for each image: forward and backward, on noise, after a warm-up.

    Args:
        network: From inputs (n, *shape) to (n, d); its gradients are cleared afterwards.
        shape: Of one input.
        device: Where.
        bf16: With automatic mixed precision.
    """
    network = network.to(device).to(memory_format=torch.channels_last)
    inputs = torch.randn(_N_IMAGES, *shape, generator=torch.Generator().manual_seed(0)).to(device)
    if inputs.dim() == 4:
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    best = float("inf")
    for _ in range(1 + _N_STEPS):
        _wait(device)
        began = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            outputs = network(inputs)
        if outputs.requires_grad:  # a body without parameters has nothing to learn
            outputs.float().sum().backward()
        _wait(device)
        best = min(best, time.perf_counter() - began)
    network.zero_grad(set_to_none=True)
    return best / _N_IMAGES


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
