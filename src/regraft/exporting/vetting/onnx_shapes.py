"""How large everything in an ONNX graph becomes, without computing it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from regraft.exporting.vetting.shape_arithmetic import N_SMALL, numbers_of

if TYPE_CHECKING:
    from regraft.exporting.vetting.signatures import Shape

_N_ROUNDS = 8
_N_CARRIED_MAX = 1 << 24


def foreseen(model: Any, length: int | None) -> Any:
    """A model's graph with a type and a shape for each value, as far as they can be known.

    Args:
        model: An `onnx.ModelProto`. It stays as it is.
        length: At the place of dimensions of any length; None leaves them open.

    Raises:
        Exception: Whatever ONNX finds in it that does not fit together.
    """
    from onnx import shape_inference

    light = _without_weights(model)
    if length is not None:
        for one in light.graph.input:
            for part in one.type.tensor_type.shape.dim:
                if not part.HasField("dim_value"):
                    part.dim_value = length
    _require_small(light.graph)
    for _ in range(_N_ROUNDS):
        inferred = shape_inference.infer_shapes(light, check_type=True, strict_mode=True, data_prop=True)
        if length is None or not _fold(light, known_shapes(inferred.graph)):
            break
    return inferred.graph


def _require_small(graph: Any) -> None:
    """Refuse a graph in which ONNX's inference would carry many numbers along: it keeps what shapes may be made of."""
    from onnx import defs

    n_carried = {one.name: _n_values(one) for one in graph.initializer if _n_values(one) <= N_SMALL}
    n_all = 0
    for node in graph.node:
        if not defs.get_schema(node.op_type).has_data_propagation_function:
            continue
        given = [n_carried.get(name, 0) for name in node.input]
        given += [_n_values(one.t) + len(one.ints) + len(one.floats) for one in node.attribute]
        n_values = sum(given) if node.op_type == "Concat" else max(given, default=0)
        n_carried.update(dict.fromkeys(node.output, n_values))
        n_all += n_values
        if n_all > _N_CARRIED_MAX:
            raise ValueError(f"its {node.op_type} joins too many numbers")


def known_shapes(graph: Any) -> dict[str, Shape]:
    """The shapes of a graph's values, by name."""
    values = (*graph.input, *graph.value_info, *graph.output)
    return {one.name: shape_of(one) for one in values if one.type.tensor_type.HasField("shape")}


def shape_of(value: Any) -> Shape:
    """The shape of one value."""
    parts = value.type.tensor_type.shape.dim
    return tuple(part.dim_value if part.HasField("dim_value") else None for part in parts)


def _without_weights(model: Any) -> Any:
    """A copy with the small constants only, and without what the model claims of its values."""
    import onnx

    light = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    light.graph.name = model.graph.name
    light.graph.node.extend(model.graph.node)
    light.graph.input.extend(model.graph.input)
    light.graph.output.extend(model.graph.output)
    for one in light.graph.output:
        one.type.tensor_type.ClearField("shape")
    for one in model.graph.initializer:
        if _n_values(one) <= N_SMALL:
            light.graph.initializer.append(one)
        else:
            light.graph.initializer.add(name=one.name, dims=one.dims, data_type=one.data_type)
    return light


def _n_values(tensor: Any) -> int:
    return prod(map(int, tensor.dims))


def _fold(light: Any, shapes: dict[str, Shape]) -> bool:
    """Compute what shapes are made of where ONNX's own inference does not; whether that may help."""
    from onnx import numpy_helper

    small = [one for one in light.graph.initializer if _n_values(one) <= N_SMALL]
    known = {one.name: numpy_helper.to_array(one) for one in small}
    outputs = {one.name for one in light.graph.output}
    left, n_nodes = [], len(light.graph.node)
    for node in light.graph.node:
        value = None if outputs & {*node.output} else numbers_of(node, known, shapes)
        if value is None or value.size > N_SMALL:
            left.append(node.SerializeToString())
            continue
        known[node.output[0]] = value
        light.graph.initializer.append(numpy_helper.from_array(value, node.output[0]))
    del light.graph.node[:]
    for content in left:
        light.graph.node.add().ParseFromString(content)
    return len(left) < n_nodes
