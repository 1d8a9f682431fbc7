"""An EfficientNet-Lite in OpenVINO's own operations, from its tensors to the features of its layers.

The same function as `FeatureNetwork` on timm's module, which `tests/unit/backbones/test_lite_graph.py` proves for every
layer; torch and timm have no part in it (`docs/decisions/0019-lite-graph.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones.layers import (
    SMALLEST_DEVIATION,
    SMALLEST_LENGTH,
    NetworkParts,
    Tap,
    find_taps,
    idle_module,
)
from regraft.backbones.lites import FEATURE_MAPS, Block, Convolution, Lite
from regraft.backbones.openvino_door import import_openvino
from regraft.backbones.openvino_maps import note_taps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.backbones.specification import BackboneSpec

_EPSILON = 1e-3
"""Of TensorFlow's batch norms."""
_POSITIONS = [2, 3]


def build_lite(
    spec: BackboneSpec,
    lite: Lite,
    tensors: Mapping[str, NDArray[Any]],
    layer: str,
    n_images: int,
    *,
    is_pooled: bool = True,
) -> Any:
    """The network's graph.

    Args:
        spec: Its record.
        lite: Its architecture.
        tensors: By timm's names, in float32.
        layer: The layers' names (`find_taps`).
        n_images: How many images it takes at once.
        is_pooled: Whether it ends in features alone. Else also in what they are pooled from (`note_taps`).

    Returns:
        An `openvino.Model`: (n_images, h, w, 3) uint8 in, (n_images, d) float32 out, perhaps one for each tap.

    Raises:
        BackboneError: There is no such layer.
    """
    openvino = import_openvino()
    ops = openvino.opset13
    pixels = ops.parameter([n_images, spec.image_size, spec.image_size, 3], np.uint8, name="pixels")
    if is_pooled:
        features = lite_features(ops, pixels, spec, lite, tensors, layer=layer)
        return openvino.Model([ops.result(features)], [pixels], spec.architecture)
    outputs = _run(ops, pixels, spec, lite, tensors)
    taps, tapped = _tapped(outputs, layer, lite.head.norm)
    shown = [_features(ops, outputs, layer), *tapped]
    model = openvino.Model([ops.result(output) for output in shown], [pixels], spec.architecture)
    note_taps(model, taps)
    return model


def lite_features(
    ops: Any, pixels: Any, spec: BackboneSpec, lite: Lite, tensors: Mapping[str, NDArray[Any]], *, layer: str
) -> Any:
    """The network's features, as part of a graph.

    Args:
        ops: OpenVINO's operations, or others that have their names and arguments.
        pixels: (n, h, w, 3) uint8.
        spec: The network's record.
        lite: Its architecture.
        tensors: By timm's names, in float32.
        layer: The layers' names (`find_taps`).

    Returns:
        (n, d) float32.

    Raises:
        BackboneError: There is no such layer.
    """
    return _features(ops, _run(ops, pixels, spec, lite, tensors), layer)


def _features(ops: Any, outputs: Mapping[str, Any], layer: str) -> Any:
    taps, tapped = _tapped(outputs, layer, "global_pool")
    return _joined(ops, [_pooled(ops, output, tap.statistic) for output, tap in zip(tapped, taps, strict=True)])


def _run(ops: Any, pixels: Any, spec: BackboneSpec, lite: Lite, tensors: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    return _Trunk(ops, tensors).run(lite, _planes(ops, pixels, spec))


def _tapped(outputs: Mapping[str, Any], layer: str, penultimate: str) -> tuple[list[Tap], list[Any]]:
    """The taps of a layer, and what each gives."""
    taps = find_taps(NetworkParts(("", *outputs), FEATURE_MAPS, frozenset({"blocks"})), layer)
    tapped = []
    for tap in taps:
        if (output := outputs[tap.module or penultimate]) is None:
            raise idle_module(str(tap.module))
        tapped.append(output)
    return taps, tapped


class _Trunk:
    """Runs convolutions, and notes what each of timm's modules gives; None for those that timm has and never runs.

    Args:
        ops: OpenVINO's operations.
        tensors: The network's.
    """

    def __init__(self, ops: Any, tensors: Mapping[str, NDArray[Any]]) -> None:
        self._ops = ops
        self._tensors = tensors
        self._outputs: dict[str, Any] = {}

    def run(self, lite: Lite, planes: Any) -> dict[str, Any]:
        """All modules' outputs by their names, for planes (n, 3, h, w)."""
        ops, outputs = self._ops, self._outputs
        x = self._convolve(lite.stem, planes)
        outputs["blocks"] = None  # modules are listed from the outside in
        for number, stage in enumerate(lite.stages()):
            outputs[f"blocks.{number}"] = None
            for block in stage:
                x = self._run_block(block, x)
            outputs[f"blocks.{number}"] = x
        outputs["blocks"] = x
        x = self._convolve(lite.head, x)
        outputs["global_pool.pool"] = ops.reduce_mean(x, _POSITIONS, keep_dims=True)
        pooled = ops.reduce_mean(x, _POSITIONS)
        outputs |= dict.fromkeys(("global_pool", "global_pool.flatten", "classifier"), pooled)
        return outputs

    def _run_block(self, block: Block, x: Any) -> Any:
        shortcut = x
        self._outputs[block.name] = None
        for part in block.convolutions:
            x = self._convolve(part, x)
            if part.is_depthwise:  # where timm's relatives blur, and squeeze and excite
                self._outputs |= dict.fromkeys((f"{block.name}.aa", f"{block.name}.se"), x)
        self._outputs[f"{block.name}.drop_path"] = x if block.is_residual else None
        if block.is_residual:
            x = self._ops.add(x, shortcut)
        self._outputs[block.name] = x
        return x

    def _convolve(self, part: Convolution, x: Any) -> Any:
        ops, kernel = self._ops, self._tensors[f"{part.name}.weight"]
        settings = [part.stride] * 2, [0, 0], [0, 0], [1, 1], "same_upper"
        if part.is_depthwise:
            x = ops.group_convolution(x, ops.constant(kernel[:, None]), *settings)
        else:
            x = ops.convolution(x, ops.constant(kernel), *settings)
        self._outputs[part.name] = x
        scale, shift = (number.astype(np.float32).reshape(1, -1, 1, 1) for number in self._affine(part.norm))
        x = ops.add(ops.multiply(x, scale), shift)
        if part.is_rectified:
            x = ops.clamp(x, 0.0, 6.0)
        # timm rectifies in place: what its batch norm had given before is nowhere to be seen.
        self._outputs |= dict.fromkeys((part.norm, f"{part.norm}.drop", f"{part.norm}.act"), x)
        return x

    def _affine(self, norm: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What a batch norm in use multiplies by and adds."""
        parts = ("weight", "bias", "running_mean", "running_var")
        gain, bias, mean, variance = (self._tensors[f"{norm}.{part}"].astype(np.float64) for part in parts)
        scale = gain / np.sqrt(variance + _EPSILON)
        return scale, bias - mean * scale


def _planes(ops: Any, pixels: Any, spec: BackboneSpec) -> Any:
    """Normalised planes, as `planes.Planes` makes them."""
    planes = ops.convert(ops.transpose(pixels, [0, 3, 1, 2]), np.float32)
    mean, std = (np.array(part, np.float32).reshape(1, 3, 1, 1) for part in (spec.mean, spec.std))
    planes = ops.add(ops.multiply(planes, np.float32(1) / (np.float32(255) * std)), -mean / std)
    if not spec.standardise:
        return planes
    centred = ops.subtract(planes, ops.reduce_mean(planes, [1, 2, 3], keep_dims=True))
    deviation = ops.sqrt(ops.reduce_mean(ops.multiply(centred, centred), [1, 2, 3], keep_dims=True))
    return ops.divide(centred, ops.maximum(deviation, np.float32((3 * spec.image_size**2) ** -0.5)))


def _pooled(ops: Any, output: Any, statistic: str) -> Any:
    """One row an image, (n, d)."""
    if statistic == "all":
        return ops.reshape(output, [0, -1], special_zero=True)
    if len(output.shape) == 2:
        return output
    if statistic == "max":
        return ops.reduce_max(output, _POSITIONS)
    if statistic == "mean":
        return ops.reduce_mean(output, _POSITIONS)
    centred = ops.subtract(output, ops.reduce_mean(output, _POSITIONS, keep_dims=True))
    variance = ops.reduce_mean(ops.multiply(centred, centred), _POSITIONS)
    return ops.sqrt(ops.maximum(variance, np.float32(SMALLEST_DEVIATION**2)))


def _joined(ops: Any, blocks: list[Any]) -> Any:
    """Blocks behind each other, all as long as the first one is."""
    first, *others = blocks
    if not others:
        return first

    def length(block: Any) -> Any:
        return ops.reduce_l2(block, [1], keep_dims=True)

    scales = [ops.divide(length(first), ops.maximum(length(block), np.float32(SMALLEST_LENGTH))) for block in others]
    return ops.concat([first, *map(ops.multiply, others, scales)], 1)
