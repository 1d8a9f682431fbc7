"""The one door to all engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import BackboneError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones.choice import Engine, EngineChoice
    from regraft.backbones.specification import BackboneSpec


def open_engine(spec: BackboneSpec, choice: EngineChoice, *, layer: str, cache: Path) -> Engine:
    """Load a backbone into the chosen engine.

    Args:
        spec: A resolved backbone (`resolve_backbone`).
        choice: From `choose_engine`.
        layer: The layer to compute (`layers.find_taps`).
        cache: Where weights and converted graphs are kept.

    Raises:
        BackboneError: The weights cannot be had or the layer does not exist.
    """
    if spec.digest is None:
        raise BackboneError(f"The backbone {spec.name} is not resolved: its weights' digest is not known.")
    if choice.engine == "openvino":
        from regraft.backbones.graphs import keep_graph
        from regraft.backbones.openvino_engine import OpenVinoEngine

        return OpenVinoEngine(keep_graph(spec, layer, cache), choice.precision)
    from regraft.backbones.torch_engine import TorchEngine
    from regraft.backbones.weights import keep_weights

    weights, _digest = keep_weights(spec, cache / "weights")
    return TorchEngine(spec, weights, choice, layer=layer)


def compute_features(engine: Engine, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Features of images that are in memory.

    Args:
        engine: The engine.
        pixels: (n, h, w, 3) uint8.

    Returns:
        (n, n_features) float32.
    """
    if len(pixels) == 0:
        return np.zeros((0, engine.n_features), np.float32)
    starts = range(0, len(pixels), engine.batch_size)
    return np.concatenate(list(engine.stream(pixels[start : start + engine.batch_size] for start in starts)))
