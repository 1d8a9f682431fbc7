"""The numbers that shapes in an ONNX graph are made of, computed before anything runs it."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from regraft.exporting.vetting.signatures import Shape

N_SMALL = 1 << 12
"""As many numbers may be part of a shape."""


def numbers_of(node: Any, known: Mapping[str, NDArray[Any]], shapes: Mapping[str, Shape]) -> NDArray[Any] | None:
    """What an operation gives; None where that is not known.

    Args:
        node: The operation, an `onnx.NodeProto`.
        known: Values by name.
        shapes: Shapes by name.
    """
    from onnx import helper

    attributes = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    if node.op_type == "Shape":
        shape = shapes.get(node.input[0])
        if shape is None or any(length is None for length in shape):
            return None
        return np.array(shape, np.int64)[attributes.get("start", 0) : attributes.get("end")]
    compute = _ARITHMETIC.get(node.op_type)
    given = [known.get(name) for name in node.input]
    if compute is None or not given or any(one is None or one.dtype.kind not in "iubf" for one in given):
        return None
    return np.asarray(compute(attributes, *given))


def _cast(attributes: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    from onnx import helper

    return x.astype(helper.tensor_dtype_to_np_dtype(attributes["to"]))


def _range(_attributes: dict[str, Any], start: Any, end: Any, step: Any) -> NDArray[Any]:
    n_values = len(range(int(start), int(end), int(step)))
    return np.arange(start, end, step) if n_values <= N_SMALL else np.empty(n_values and N_SMALL + 1, start.dtype)


def _slice(_attributes: dict[str, Any], x: NDArray[Any], *ends: NDArray[Any]) -> NDArray[Any]:
    starts, stops, *rest = (one.tolist() for one in ends)
    axes = rest[0] if rest else range(len(starts))
    steps = rest[1] if len(rest) > 1 else [1] * len(starts)
    parts = [slice(None)] * x.ndim
    for start, stop, axis, step in zip(starts, stops, axes, steps, strict=True):
        parts[axis] = slice(start, stop, step)
    return x[tuple(parts)]


def _axes(axes: NDArray[Any]) -> tuple[int, ...]:
    return tuple(map(int, axes))


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "Abs": lambda _, x: abs(x),
    "Add": lambda _, x, y: x + y,
    "Cast": _cast,
    "Concat": lambda attributes, *parts: np.concatenate(parts, attributes["axis"]),
    "Ceil": lambda _, x: np.ceil(x),
    "Div": lambda _, x, y: x / y if x.dtype.kind == "f" else np.sign(x) * np.sign(y) * (abs(x) // abs(y)),
    "Equal": lambda _, x, y: x == y,
    "Floor": lambda _, x: np.floor(x),
    "Gather": lambda attributes, x, places: np.take(x, places, attributes.get("axis", 0)),
    "Less": lambda _, x, y: x < y,
    "Max": lambda _, *parts: reduce(np.maximum, parts),
    "Min": lambda _, *parts: reduce(np.minimum, parts),
    "Mod": lambda _, x, y: x % y,
    "Mul": lambda _, x, y: x * y,
    "Range": _range,
    "Reshape": lambda _, x, shape: x.reshape(_axes(shape)),
    "Round": lambda _, x: np.round(x),
    "Slice": _slice,
    "Squeeze": lambda _, x, *axes: np.squeeze(x, _axes(axes[0]) if axes else None),
    "Sub": lambda _, x, y: x - y,
    "Unsqueeze": lambda _, x, axes: np.expand_dims(x, _axes(axes)),
    "Where": lambda _, condition, x, y: np.where(condition, x, y),
}
