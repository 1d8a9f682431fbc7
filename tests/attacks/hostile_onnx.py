"""Hostile ONNX files: for each what is done to an export, and what is said of it."""

from __future__ import annotations

import io
import os
import pickle
import zipfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HUGE = 1 << 40


def external(place):
    """The first weights are said to lie elsewhere."""

    def change(model):
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        if place is not None:
            tensor.external_data.add(key="location", value=place)

    return change


def put(part, **values):
    """A part of the model has other values."""

    def change(model):
        for name, value in values.items():
            setattr(part(model), name, value)

    return change


def weights(model):
    """The first constant."""
    return model.graph.initializer[0]


def pixels(model):
    """The input's type."""
    return model.graph.input[0].type.tensor_type


def between(*nodes, **constants):
    """Operations stand between the scores and who reads them: from `scores` to `wide`."""

    def change(model):
        graph = model.graph
        for name, array in constants.items():
            graph.initializer.append(numpy_helper.from_array(np.asarray(array), name))
        for node in graph.node:
            node.input[:] = ["wide" if one == "scores" else one for one in node.input]
        place = next(number for number, node in enumerate(graph.node) if "scores" in node.output)
        rest = [*graph.node][place + 1 :]
        del graph.node[place + 1 :]
        graph.node.extend([*nodes, *rest])

    return change


def node(kind, given, result="wide", **settings):
    """An operation."""
    return helper.make_node(kind, given.split(), [result], **settings)


BRANCH = helper.make_graph([], "hidden", [], [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])])
NARROW = [node("ReduceSum", "big", "sum", keepdims=0), node("Add", "scores sum")]
CONSTANT = node("Constant", "", "w0", value=numpy_helper.from_array(np.ones(9, np.float32)))
DOUBLED = [node("Concat", f"w{n} w{n}", f"w{n + 1}", axis=0) for n in range(40)]


def wrapped(tag, content):
    """Bytes as a field of a protobuf message."""
    size, length = len(content), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([tag, *length, size]) + content


def nested(model):
    """A graph in an attribute in an operation in a graph, two thousand times."""
    content = b""
    for _ in range(2_000):
        content = wrapped(0x0A, wrapped(0x2A, wrapped(0x32, content)))
    return model.SerializeToString() + wrapped(0x3A, content)


def zipped(_model):
    """A zip with a picture of the file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("classifier.onnx", "no model")
    return file.getvalue()


class Hostile:
    """Pickled as a call."""

    def __reduce__(self):
        """Ask the reader to run something."""
        return os.system, ("touch hostile-was-here",)


FILES = {
    "external data: an absolute path": (external("/etc/passwd"), "from another file"),
    "external data: a way up": (external("../../weights.bin"), "from another file"),
    "external data: an address": (external("https://example.org/weights"), "from another file"),
    "external data: this process": (external("/proc/self/environ"), "from another file"),
    "external data: a file beside it": (external("classify.py"), "from another file"),
    "external data: nowhere": (external(None), "from another file"),
    "external data in an operation": (
        between(node("Constant", "", value=TensorProto(data_type=1, data_location=TensorProto.EXTERNAL))),
        "from another file",
    ),
    "functions": (lambda model: model.functions.add(name="f", domain="ai.onnx"), "functions of its own"),
    "training": (lambda model: model.training_info.add(), "functions of its own"),
    "sparse weights": (lambda model: model.graph.sparse_initializer.add(), "sparse weights"),
    "sparse weights in an operation": (
        between(node("Constant", "", sparse_value=onnx.SparseTensorProto())),
        "more than numbers",
    ),
    "If": (between(node("If", "scores", then_branch=BRANCH, else_branch=BRANCH)), "hides a graph"),
    "Loop": (between(node("Loop", "scores", body=BRANCH)), "hides a graph"),
    "Scan": (between(node("Scan", "scores", body=BRANCH, num_scan_inputs=1)), "hides a graph"),
    "a graph in a harmless operation": (between(node("Add", "scores scores", extra=BRANCH)), "hides a graph"),
    "graphs in a harmless operation": (between(node("Add", "scores scores", extra=[BRANCH])), "hides a graph"),
    "a library's operation": (between(node("Run", "scores", domain="ai.somebody")), "code from elsewhere"),
    "an operation of ONNX Runtime's own": (
        between(node("FusedMatMul", "scores scores", domain="com.microsoft")),
        "code from elsewhere",
    ),
    "an operation of ai.onnx.ml": (between(node("Scaler", "scores", domain="ai.onnx.ml")), "code from elsewhere"),
    "a library": (lambda model: model.opset_import.add(domain="ai.somebody", version=1), "code from elsewhere"),
    "an unknown operation": (between(node("Exec", "scores")), "needs the operation 'Exec'"),
    "an operation that draws numbers": (between(node("RandomNormalLike", "scores")), "needs the operation"),
    "operations of the future": (put(lambda model: model.opset_import[0], version=999), "of version 999"),
    "operations of the past": (put(lambda model: model.opset_import[0], version=1), "of version 1,"),
    "operations of no version": (lambda model: model.ClearField("opset_import"), "of version unknown"),
    "operations of two versions": (lambda model: model.opset_import.add(version=18), "of version 19, 18"),
    "a format of the future": (put(lambda model: model, ir_version=1 << 40), "damaged or no ONNX file"),
    "a side beyond memory": (lambda model: weights(model).dims.append(HUGE), "another shape"),
    "a negative side": (lambda model: weights(model).dims.extend([-1, -1]), "another shape"),
    "sides beyond all numbers": (lambda model: weights(model).dims.extend([1 << 32, 1 << 32]), "another shape"),
    "thousands of sides": (lambda model: weights(model).dims.extend([1] * 100_000), "another shape"),
    "a constant cut short": (lambda model: put(weights, raw_data=weights(model).raw_data[:-1])(model), "another shape"),
    "a constant too long": (
        lambda model: put(weights, raw_data=weights(model).raw_data + b"1234")(model),
        "another shape",
    ),
    "numbers twice": (lambda model: weights(model).float_data.append(1), "another shape"),
    "numbers of another kind": (put(weights, data_type=TensorProto.INT8), "another shape"),
    "texts for numbers": (put(weights, data_type=TensorProto.STRING), "no plain numbers"),
    "numbers of no kind": (put(weights, data_type=77), "no plain numbers"),
    "a circle": (between(node("Add", "scores wide2"), node("Add", "wide scores", "wide2")), "damaged or no ONNX"),
    "a result twice": (between(node("Neg", "scores"), node("Abs", "scores")), "damaged or no ONNX"),
    "an operation given nothing": (between(node("Add", "scores nobody")), "damaged or no ONNX"),
    "shapes that do not fit": (between(node("MatMul", "scores w"), w=np.ones((7, 7), np.float32)), "damaged or no"),
    "an output twice": (lambda model: model.graph.output.append(model.graph.output[0]), "of one name"),
    "an input twice": (lambda model: model.graph.input.append(model.graph.input[0]), "of one name"),
    "an input with numbers of its own": (
        lambda model: model.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.uint8), "pixels1")),
        "of one name",
    ),
    "an input more": (
        lambda model: model.graph.input.append(helper.make_tensor_value_info("key", TensorProto.FLOAT, [1])),
        "takes something else",
    ),
    "an input of another kind": (
        put(pixels, elem_type=TensorProto.INT8),
        "takes something else",
    ),
    "an input of another size": (
        put(lambda model: pixels(model).shape.dim[1], dim_value=29),
        "damaged|something else",
    ),
    "an output less": (lambda model: model.graph.output.pop(), "gives something else"),
    "an output of another width": (
        between(node("Concat", "scores scores", axis=1)),
        "gives something else|damaged",
    ),
    "an output of another kind": (
        put(lambda model: model.graph.output[0].type.tensor_type, elem_type=TensorProto.INT64),
        "damaged|gives something else",
    ),
    "memory by Expand": (
        between(node("Expand", "one size", "big"), *NARROW, one=np.float32(1), size=[HUGE]),
        "at once",
    ),
    "memory by Tile": (
        between(node("Tile", "row n", "big"), *NARROW, row=np.ones(9, np.float32), n=np.array([HUGE])),
        "at once",
    ),
    "memory by Range": (
        between(
            node("Range", "zero end step", "big"), *NARROW, zero=np.float32(0), end=np.float32(1e12), step=np.float32(1)
        ),
        "at once",
    ),
    "memory by ConstantOfShape": (between(node("ConstantOfShape", "size", "big"), *NARROW, size=[HUGE]), "at once"),
    "memory by Resize": (
        between(
            helper.make_node("Resize", ["map", "", "scales"], ["big"]),
            *NARROW,
            map=np.ones((1, 1, 9, 9), np.float32),
            scales=np.array([1, 1, 1e6, 1e6], np.float32),
        ),
        "at once",
    ),
    "memory by Pad": (
        between(node("Pad", "row ends", "big"), *NARROW, row=np.ones(9, np.float32), ends=np.array([0, HUGE])),
        "at once",
    ),
    "memory by broadcasting": (
        between(
            node("Add", "column row", "big"),
            *NARROW,
            column=np.ones((90_000, 1), np.float32),
            row=np.ones((1, 90_000), np.float32),
        ),
        "at once",
    ),
    "memory by a product": (
        between(
            node("MatMul", "column row", "big"),
            *NARROW,
            column=np.ones((90_000, 1), np.float32),
            row=np.ones((1, 90_000), np.float32),
        ),
        "at once",
    ),
    "memory by doubling": (
        between(CONSTANT, *DOUBLED, node("Identity", "w40", "big"), *NARROW),
        "at once|too many numbers",
    ),
    "memory by what the image's size is multiplied with": (
        between(
            node("Shape", "pixels1", "shape"),
            node("ReduceProd", "shape", "n", keepdims=1),
            node("Mul", "n many", "size"),
            node("Expand", "one size", "big"),
            *NARROW,
            one=np.float32(1),
            many=np.array([HUGE >> 20]),
        ),
        "at once|cannot be known",
    ),
    "memory by what the pixels say": (
        between(
            node("Cast", "pixels1", "whole", to=TensorProto.INT64),
            node("ReduceMax", "whole", "most", keepdims=0),
            node("Mul", "most many", "size"),
            node("Range", "zero size step", "long"),
            node("Cast", "long", "big", to=TensorProto.FLOAT),
            *NARROW,
            zero=np.int64(0),
            many=np.int64(HUGE),
            step=np.int64(1),
        ),
        "cannot be known",
    ),
    "no description": (lambda model: model.ClearField("metadata_props"), "does not say what it is"),
    "a pickle": (lambda _model: pickle.dumps(Hostile()), "damaged or no ONNX file"),
    "a zip": (zipped, "damaged or no ONNX file"),
    "a text": (lambda _model: b"import os\nos.system('ls')\n" * 100, "damaged or no ONNX file"),
    "nothing but a seal": (lambda _model: b"", "of version unknown"),
    "deep protobuf": (nested, "damaged or no ONNX file"),
    "two files behind each other": (lambda model: model.SerializeToString() * 2, "of version 19, 19"),
}
