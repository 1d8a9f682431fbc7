"""Exports that answer differently from their bundle, each by one thing that goes wrong when people export by hand."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from regraft.core import RegraftError, SilentProgress
from regraft.exporting import compare_export, write_onnx

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.bundle import Classifier
    from regraft.exporting import ProofImages

    Model = Any
    Sabotage = Callable[[Model, Model], None]
    """Changes the classifier's graph, or that for images of any size."""


def judge_sabotage(name: str, classifier: Classifier, export: Path, proof: ProofImages) -> str:
    """What is said of a sabotaged export; empty where it is not noticed.

    Args:
        name: One of SABOTAGES or SCRIPTS.
        classifier: What it is compared with.
        export: A good one, as ONNX; it is not changed.
        proof: The images.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = shutil.copytree(export, Path(folder) / "export")
        files = [place / "classifier.onnx", place / "any_size.onnx"]
        models = [onnx.load(file) for file in files]
        if name in SCRIPTS:
            script = place / "classify.py"
            script.write_text(script.read_text(encoding="utf-8").replace(*SCRIPTS[name]), encoding="utf-8")
            return _said(classifier, place, proof)
        SABOTAGES[name](models[0], models[1])
        for file, model in zip(files, models, strict=True):
            seal = [one for one in model.metadata_props if one.key == "regraft_seal"]
            for one in seal:  # whoever changes it on purpose seals it again
                model.metadata_props.remove(one)
            write_onnx(model, file)
        (place / "parity.json").unlink()
        return _said(classifier, place, proof)


def _said(classifier: Classifier, export: Path, proof: ProofImages) -> str:
    try:
        return " ".join(compare_export(classifier, export, proof, progress=SilentProgress()).failures)
    except RegraftError as error:
        return str(error)


def _before_the_network(model: Model, kind: str, **attributes: Any) -> None:
    """Put an operation on the pixels."""
    for node in model.graph.node:
        node.input[:] = ["changed" if name == "pixels1" else name for name in node.input]
    model.graph.node.insert(
        0, helper.make_node(kind, ["pixels1", *attributes.pop("also", [])], ["changed"], **attributes)
    )


def _constant(model: Model, name: str, value: np.ndarray[Any, Any]) -> str:
    model.graph.initializer.append(numpy_helper.from_array(value, name))
    return name


def _gather(model: Model, axis: int, order: list[int]) -> None:
    _before_the_network(model, "Gather", also=[_constant(model, "order", np.array(order))], axis=axis)


def _reversed(axis: int) -> Sabotage:
    def change(model: Model, _resize: Model) -> None:
        size = {1: 0, 2: 0, 3: 3}[axis] or model.graph.input[0].type.tensor_type.shape.dim[axis].dim_value
        _gather(model, axis, list(range(size))[::-1])

    return change


def _turned(model: Model, _resize: Model) -> None:
    _before_the_network(model, "Transpose", perm=[0, 2, 1, 3])


def _planes_first(model: Model, _resize: Model) -> None:
    _before_the_network(model, "Transpose", perm=[0, 2, 3, 1])
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    sizes = [dimensions[place].dim_value for place in (3, 1, 2)]
    for place, size in enumerate(sizes, start=1):
        dimensions[place].dim_value = size


def _one_image(model: Model, _resize: Model) -> None:
    for value in (model.graph.input[0], *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1


def _node(model: Model, kind: str, *, place: int = 0) -> Any:
    return [node for node in model.graph.node if node.op_type == kind][place]


def _weights(model: Model, name: str, change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]) -> None:
    """Change a constant."""
    (tensor,) = [one for one in model.graph.initializer if one.name == name]
    tensor.CopyFrom(numpy_helper.from_array(np.asarray(change(numpy_helper.to_array(tensor)), order="C"), name))


def _of(
    kind: str, which: int, change: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], *, place: int = 0
) -> Sabotage:
    """Change a constant that an operation takes."""

    def sabotage(model: Model, _resize: Model) -> None:
        _weights(model, _node(model, kind, place=place).input[which], change)

    return sabotage


def _skipped(kind: str, *, place: int = 0) -> Sabotage:
    """Leave an operation out."""

    def sabotage(model: Model, _resize: Model) -> None:
        node = _node(model, kind, place=place)
        former, name = node.output[0], node.input[0]
        model.graph.node.remove(node)
        for other in model.graph.node:
            other.input[:] = [name if one == former else one for one in other.input]

    return sabotage


def _before(name: str, kind: str) -> Sabotage:
    """Leave out the operation that is done last before an output is computed."""

    def sabotage(model: Model, _resize: Model) -> None:
        (last,) = [node for node in model.graph.node if name in node.output]
        (node,) = [node for node in model.graph.node if node.op_type == kind and node.output[0] == last.input[0]]
        last.input[0] = node.input[0]

    return sabotage


def _pooled_otherwise(model: Model, _resize: Model) -> None:
    for node in model.graph.node:
        if node.op_type == "ReduceMean":
            node.op_type = "ReduceMax"


def _half(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return array.astype(np.float16).astype(np.float32)


def _in_half(model: Model, _resize: Model) -> None:
    for node in model.graph.node:
        if node.op_type in ("Conv", "Gemm"):
            _weights(model, node.input[1], _half)


def _in_eight_bits(model: Model, _resize: Model) -> None:
    for node in model.graph.node:
        if node.op_type == "Conv":
            _weights(
                model,
                node.input[1],
                lambda array: np.round(array * 127 / np.abs(array).max()) * np.float32(np.abs(array).max() / 127),
            )


def _named_otherwise(model: Model, _resize: Model) -> None:
    text = model.metadata_props[0]
    first, second = _names(text.value)[:2]
    text.value = text.value.replace(first, "?").replace(second, first).replace("?", second)


def _names(text: str) -> list[str]:
    import json

    return [f'"{name}"' for name in json.loads(text)["class_names"]]


def _resized(change: Callable[[Model], None]) -> Sabotage:
    def sabotage(_model: Model, resize: Model) -> None:
        change(resize)

    return sabotage


def _other_filter(graph: Model) -> None:
    """The bicubic filter's first coefficient: that of bilinear's slope."""
    for tensor in graph.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.shape == () and array.dtype == np.float64 and float(array) in (1.5, -0.5):
            tensor.CopyFrom(numpy_helper.from_array(np.asarray(array * 1.2), tensor.name))


def _no_widening(graph: Model) -> None:
    """Filters stay narrow where images shrink: no antialias."""
    for node in graph.graph.node:
        if node.op_type == "Max" and _takes(graph, node, 1.0):
            node.op_type = "Min"


def _takes(graph: Model, node: Any, number: float) -> bool:
    constants = {one.name: numpy_helper.to_array(one) for one in graph.graph.initializer}
    return any(
        name in constants
        and constants[name].dtype == np.float64
        and constants[name].shape == ()
        and constants[name] == number
        for name in node.input
    )


def _rounded_down(graph: Model) -> None:
    for tensor in graph.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.shape == () and float(array) == 1024.0:
            tensor.CopyFrom(numpy_helper.from_array(np.asarray(np.float32(0)), tensor.name))


SABOTAGES: dict[str, Sabotage] = {
    "BGR": _reversed(3),
    "mirrored": _reversed(2),
    "upside down": _reversed(1),
    "rows for columns": _turned,
    "NCHW": _planes_first,
    "batch of one": _one_image,
    "no division by 255": _of("Mul", 1, lambda array: array * 255),
    "no mean": _of("Add", 1, np.zeros_like),
    "mean and deviation exchanged": _of("Mul", 1, lambda array: array * np.float32(0.5)),
    "class names exchanged": _named_otherwise,
    "classes permuted": _of("Gemm", 1, lambda array: np.roll(array, 1, axis=1)),
    "another head": _of("Gemm", 1, lambda array: np.random.default_rng(0).normal(size=array.shape).astype(np.float32)),
    "no bias": _of("Gemm", 2, np.zeros_like),
    "one class turned round": _of(
        "Gemm", 1, lambda array: array * np.where(np.arange(array.shape[1]), 1, -1).astype(np.float32)
    ),
    "temperature 1": _before("probabilities", "Div"),
    "rows not normalised": _skipped("Div", place=0),
    "other weights": _of("Conv", 1, lambda array: array + np.float32(0.01), place=20),
    "a filter of another network": _of("Conv", 1, lambda array: array[::-1], place=5),
    "no batch norm": _skipped("Mul", place=3),
    "no ReLU6": _skipped("Clip", place=4),
    "maximum for mean": _pooled_otherwise,
    "float16 weights": _in_half,
    "int8 weights": _in_eight_bits,
    "threshold moved": _of("Greater", 1, lambda array: array * np.float32(0.5)),
    "sets' threshold moved": _of("LessOrEqual", 1, lambda array: 1 - (1 - array) / 8),
    "another centre": _of("MatMul", 1, lambda array: array[::-1]),
    "another filter for resizing": _resized(_other_filter),
    "no antialias": _resized(_no_widening),
    "rounded down": _resized(_rounded_down),
}
"""By what was done. They are made for a classifier on one EfficientNet-Lite whose head normalises rows."""
SCRIPTS = {
    "EXIF ignored": ("ImageOps.exif_transpose(Image.open(sys.argv[1]))", "Image.open(sys.argv[1])"),
    "black where it is transparent": ('"white"', '"black"'),
}
"""What is changed in the script beside the graphs."""
