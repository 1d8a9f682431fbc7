"""ONNX files: written whole, and refused before a tensor of them is used.

A hostile file can name other files as the home of its weights, call operations of a library that it brings along, or
hide a graph in a graph. Regraft's exports do none of this, so a file that does is none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.core import BundleError, plural, quoted, require_extra

if TYPE_CHECKING:
    from pathlib import Path

N_BYTES_MAX = (1 << 31) - 1
"""Of a protobuf message."""
N_VALUES_MAX = 1 << 31
"""Of one tensor."""
_OWN_DOMAINS = ("", "ai.onnx")
_NESTED = ("If", "Loop", "Scan", "SequenceMap")


def read_onnx(path: Path) -> bytes:
    """An ONNX file that may be run.

    Raises:
        BundleError: It is none, or asks for what no export of ours does.
        MissingExtraError: The extra `export` is missing.
    """
    require_extra("export", "Reading an ONNX file")
    if path.is_symlink() or not path.is_file():
        raise BundleError(f"{path} is no plain file.")
    if (n_bytes := path.stat().st_size) > N_BYTES_MAX:
        raise BundleError(f"{path} is larger than an ONNX file can be ({n_bytes:,} bytes).")
    content = path.read_bytes()
    require_harmless(parse_onnx(content, str(path)), str(path))
    return content


def parse_onnx(content: bytes, place: str) -> Any:
    """The `onnx.ModelProto` that bytes are.

    Args:
        content: The bytes.
        place: Where they come from, for sentences.

    Raises:
        BundleError: They are none.
    """
    import onnx

    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
        onnx.checker.check_model(model)
    except Exception as error:  # whatever hostile bytes make it raise
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise BundleError(f"{place} is damaged or no ONNX file: {reason[:300]}") from error
    return model


def require_harmless(model: Any, place: str) -> None:
    """Refuse a model that asks for more than its own bytes and ONNX's own operations.

    Args:
        model: An `onnx.ModelProto`.
        place: Where it comes from, for sentences.

    Raises:
        BundleError: It does.
    """
    if model.functions or model.training_info:
        raise BundleError(f"{place} brings functions of its own, which no export of Regraft does: it is not used.")
    if model.graph.sparse_initializer:
        raise BundleError(f"{place} holds sparse weights, which no export of Regraft does: it is not used.")
    domains = {one.domain for one in (*model.opset_import, *model.graph.node)} - set(_OWN_DOMAINS)
    if domains:
        raise BundleError(
            f"{place} needs operations of {quoted(min(domains))}, which are code from elsewhere: it is not used."
        )
    for node in model.graph.node:
        if node.op_type in _NESTED or any(one.HasField("g") or one.graphs for one in node.attribute):
            raise BundleError(f"{place} hides a graph in its operation {quoted(node.op_type)}: it is not used.")
        for attribute in node.attribute:
            _require_here([attribute.t, *attribute.tensors], place)
    _require_here(model.graph.initializer, place)


def _require_here(tensors: Any, place: str) -> None:
    """Refuse tensors whose values lie in another file, or that claim more values than they bring."""
    for tensor in tensors:
        if tensor.external_data or tensor.data_location == tensor.EXTERNAL:
            raise BundleError(f"{place} wants its weights from another file ({quoted(tensor.name)}): it is not used.")
        n_values = 1
        for length in tensor.dims:
            n_values *= max(length, 0)
            if length < 0 or n_values > N_VALUES_MAX:
                raise BundleError(f"{place} holds a tensor of {plural(n_values, 'value')}: {quoted(tensor.name)}.")
