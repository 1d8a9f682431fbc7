"""The engine for accelerators, and the reference on the CPU: torch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.backbones.architectures import load_network
from regraft.backbones.feature_network import FeatureNetwork
from regraft.backbones.processes import require_own_threads
from regraft.core import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones.choice import EngineChoice
    from regraft.backbones.specification import BackboneSpec

_BATCH_SIZES = {"cpu": 16, "mps": 64, "cuda": 256}


@contextmanager
def arithmetic(device: str, precision: str) -> Iterator[None]:
    """What a precision means: bf16 is autocast; fp32 has all its bits.

    On a GPU, cuDNN takes fp32 for TF32, with 10 bits of mantissa, unless it is told not to.

    Args:
        device: "cpu", "cuda" or "mps".
        precision: "fp32" or "bf16".
    """
    if precision == "bf16":
        with torch.autocast(device, torch.bfloat16):
            yield
    elif device == "cuda":
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            yield
    else:
        yield


class TorchEngine:
    """Runs a network in torch, in channels-last memory. Any number of threads can use it, one after the other.

    Args:
        spec: The backbone.
        weights: Its weights as safetensors.
        choice: Device and precision; bf16 is autocast.
        layer: The layer to compute.
    """

    name = "torch"

    def __init__(self, spec: BackboneSpec, weights: Path, choice: EngineChoice, *, layer: str) -> None:
        self.precision: str = choice.precision
        self.device: str = choice.device
        self.batch_size = _BATCH_SIZES[choice.device]
        module = FeatureNetwork(load_network(spec, weights), spec, layer)
        self._alone = ThreadLock()
        self._module = module.eval().to(choice.device).to(memory_format=torch.channels_last)
        probe = np.zeros((1, spec.image_size, spec.image_size, 3), np.uint8)
        self.n_features = int(self._compute(probe).shape[1])

    def stream(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Features of batches, in their order (`Engine.stream`).

        On an accelerator the next batch is queued before the last result is fetched.
        """
        waiting: torch.Tensor | None = None
        for batch in batches:
            queued = self._compute(batch)
            if waiting is not None:
                yield waiting.cpu().numpy()
            waiting = queued
        if waiting is not None:
            yield waiting.cpu().numpy()

    def _compute(self, batch: NDArray[np.uint8]) -> torch.Tensor:
        require_own_threads()
        pixels = torch.from_numpy(np.ascontiguousarray(batch))
        if self.device == "cuda":
            pixels = pixels.pin_memory()
        pixels = pixels.to(self.device, non_blocking=True)
        with self._alone, torch.no_grad(), arithmetic(self.device, self.precision):  # alone: taps are hooks
            features: torch.Tensor = self._module(pixels)
        return features
