"""ONNX files, refused before a tensor of them is used.

A hostile file can name other files as the home of its weights, call operations of a library that it brings along, hide
a graph in a graph, or ask for more memory than there is. Regraft's exports do none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.core import BundleError, plural, quoted, require_extra
from regraft.exporting.vetting.foresight import Step, require_room
from regraft.exporting.vetting.looked_through import signature_of
from regraft.exporting.vetting.onnx_shapes import foreseen, known_shapes, shape_of
from regraft.exporting.vetting.onnx_tensors import require_whole
from regraft.exporting.vetting.operations import ONNX_OPERATIONS
from regraft.exporting.vetting.seals import ONNX_SEAL, read_sealed
from regraft.exporting.vetting.signatures import Port, Signature

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regraft.exporting.vetting.signatures import Sizes

N_BYTES_MAX = (1 << 31) - 1
"""Of a protobuf message."""
N_PARTS_MAX = 100_000
"""Operations of a graph, and constants."""
_OWN_DOMAINS = ("", "ai.onnx")
_OPSETS = range(17, 24)
"""Regraft writes 19; those around it mean the same by the operations that it uses."""


def read_onnx(path: Path, sizes: Sizes) -> tuple[bytes, Signature]:
    """An ONNX file that may be run, and what it takes and gives.

    Args:
        path: The file.
        sizes: For which it is foreseen what the graph needs.

    Raises:
        BundleError: It is none, or asks for what no export of ours does.
        MissingExtraError: The extra `export` is missing.
    """
    content = read_sealed(path, ONNX_SEAL, N_BYTES_MAX)
    return content, look_through_onnx(content, str(path), sizes)


def look_through_onnx(content: bytes, place: str, sizes: Sizes) -> Signature:
    """What a graph takes and gives, if it may be run.

    Args:
        content: An ONNX file's, with its seal.
        place: Where it comes from, for sentences.
        sizes: For which it is foreseen what the graph needs.

    Raises:
        BundleError: It is none, or asks for what no export of ours does.
        MissingExtraError: The extra `export` is missing.
    """
    require_extra("export", "Reading an ONNX file")
    return signature_of(content, sizes, lambda: _looked_through(content, place, sizes))


def _looked_through(content: bytes, place: str, sizes: Sizes) -> Signature:
    import onnx

    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
        _require_harmless(model, place)
        onnx.checker.check_model(content)
        graph = foreseen(model, sizes.length)
        signature = _signature(model, graph)
    except BundleError:
        raise
    except Exception as error:  # whatever hostile bytes make it raise
        reason = " ".join(str(error).split()) or "no reason given"
        raise BundleError(f"{place} is damaged or no ONNX file: {reason[:300]}") from error
    steps = [Step(one.op_type, [*filter(None, one.input)], [*filter(None, one.output)]) for one in graph.node]
    require_room(steps, known_shapes(graph), {one.name for one in graph.initializer}, sizes, place)
    return signature


def _require_harmless(model: Any, place: str) -> None:
    """Refuse a model that asks for more than its own bytes and ONNX's own operations."""
    graph = model.graph
    if model.functions or model.training_info:
        raise BundleError(f"{place} brings functions of its own, which no export of Regraft does: it is not used.")
    if graph.sparse_initializer:
        raise BundleError(f"{place} holds sparse weights, which no export of Regraft does: it is not used.")
    for parts, what in ((graph.node, "operation"), (graph.initializer, "constant")):
        if len(parts) > N_PARTS_MAX:
            raise BundleError(f"{place} holds {plural(len(parts), what)}; {N_PARTS_MAX:,} are allowed.")
    domains = {one.domain for one in (*model.opset_import, *graph.node)} - set(_OWN_DOMAINS)
    if domains:
        raise BundleError(
            f"{place} needs operations of {quoted(min(domains))}, which are code from elsewhere: it is not used."
        )
    versions = [one.version for one in model.opset_import]
    if len(versions) != 1 or versions[0] not in _OPSETS:
        raise BundleError(
            f"{place} needs ONNX's operations of version {', '.join(map(str, versions[:3])) or 'unknown'}, and not of "
            f"{_OPSETS[0]} to {_OPSETS[-1]}: it is not used."
        )
    _require_names_once(graph, place)
    for node in graph.node:
        _require_known(node, place)
    require_whole(graph.initializer, place)


def _require_names_once(graph: Any, place: str) -> None:
    for parts in ([*graph.input, *graph.initializer], graph.output):
        names = [one.name for one in parts]
        if len(set(names)) < len(names) or "" in names:
            raise BundleError(f"{place} has two inputs, outputs or constants of one name, or of none: it is not used.")


def _require_known(node: Any, place: str) -> None:
    if any(one.HasField("g") or one.graphs for one in node.attribute):
        raise BundleError(f"{place} hides a graph in its operation {quoted(node.op_type)}: it is not used.")
    if node.op_type not in ONNX_OPERATIONS:
        raise BundleError(f"{place} needs the operation {quoted(node.op_type)}, which no export does: it is not used.")
    for one in node.attribute:
        if one.HasField("sparse_tensor") or one.sparse_tensors or one.ref_attr_name:
            raise BundleError(f"{place} holds more than numbers in its {quoted(node.op_type)}: it is not used.")
        require_whole([*([one.t] if one.HasField("t") else ()), *one.tensors], place)


def _signature(model: Any, graph: Any) -> Signature:
    return Signature(
        _ports(model.graph.input), _ports(graph.output), {one.key: one.value for one in model.metadata_props}
    )


def _ports(values: Iterable[Any]) -> dict[str, Port]:
    from onnx import helper

    return {
        one.name: Port(str(helper.tensor_dtype_to_np_dtype(one.type.tensor_type.elem_type)), shape_of(one))
        for one in values
    }
