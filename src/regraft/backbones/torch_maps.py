"""What a network's features are pooled from, by torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from regraft.backbones.architectures import load_network
from regraft.backbones.choice import TappedBlock, TappedImage
from regraft.backbones.feature_network import FeatureNetwork, MapNetwork
from regraft.backbones.processes import require_own_threads
from regraft.core import ThreadLock

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones.choice import EngineChoice
    from regraft.backbones.specification import BackboneSpec


class TorchMaps:
    """Runs a network and shows what it pools, for any number of threads.

    Args:
        spec: The backbone.
        weights: Its weights as safetensors.
        choice: Device and precision.
        layer: The layer whose blocks are computed.
    """

    def __init__(self, spec: BackboneSpec, weights: Path, choice: EngineChoice, *, layer: str) -> None:
        features = FeatureNetwork(load_network(spec, weights), spec, layer)
        self._choice = choice
        self._kinds = [tap.kind for tap in features.taps]
        self._alone = ThreadLock()
        self._module = MapNetwork(features).eval().to(choice.device).to(memory_format=torch.channels_last)

    def compute(self, pixels: NDArray[np.uint8]) -> list[TappedImage]:
        """Images' features and blocks (`MapEngine.compute`)."""
        require_own_threads()
        batch = torch.from_numpy(np.ascontiguousarray(pixels)).to(self._choice.device)
        autocast = torch.autocast(self._choice.device, torch.bfloat16, enabled=self._choice.precision == "bf16")
        with self._alone, torch.no_grad(), autocast:  # one at a time: taps are hooks on the modules
            outputs = self._module(batch)
        features, *arrays = (output.to(torch.float32).cpu().numpy() for output in outputs)
        return [
            TappedImage(row, tuple(map(TappedBlock, self._kinds, blocks)))
            for row, *blocks in zip(features, *arrays, strict=True)
        ]
