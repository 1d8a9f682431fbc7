"""Networks that torch knows, as part of an ONNX graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.backbones import load_features
from regraft.core import BackboneError, require_extra
from regraft.exporting.onnx_graph import OPSET

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.backbones import BackboneSpec
    from regraft.exporting.onnx_graph import OnnxGraph, Tensor


def add_converted(graph: OnnxGraph, pixels: Tensor, spec: BackboneSpec, *, layer: str, cache: Path) -> Tensor:
    """A network's features, converted by torch's exporter.

    Args:
        graph: Where they go.
        pixels: (n, h, w, 3) uint8.
        spec: A resolved backbone.
        layer: The layer to end in.
        cache: The cache folder.

    Raises:
        MissingExtraError: torch is not installed.
        BackboneError: The weights cannot be had.
    """
    require_extra("torch", f"Converting {spec.name} for an export")
    (features,) = graph.insert(_converted(spec, layer, cache), [pixels])
    return features


def _converted(spec: BackboneSpec, layer: str, cache: Path) -> Any:
    import torch

    module = load_features(spec, layer, cache)
    shape = (2, spec.image_size, spec.image_size, 3)  # torch takes a batch of 1 for one of always 1
    with torch.no_grad():
        program = torch.onnx.export(
            module,
            (torch.zeros(shape, dtype=torch.uint8),),
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=({0: torch.export.Dim("n")},),
            verbose=False,
        )
    if program is None:  # only where a file was asked for
        raise BackboneError(f"torch could not convert {spec.name}.")
    return program.model_proto
