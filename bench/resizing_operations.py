"""How near ONNX's own operation for resizing comes to Regraft's pixels, as two runtimes read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper
from PIL import Image
from sklearn.datasets import load_sample_images

from regraft.exporting import OnnxRuntimeGraph, OpenVinoGraph, SeenInput, build_resize, convert
from regraft.images import Transform, transform_array

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 224
SIZES = ((300, 300), (480, 640), (1200, 1600), (3000, 4000))


def compare_operations(sizes: Sequence[tuple[int, int]]) -> None:
    """A line for each way: the share of equal values, and the largest difference, by the image's height and width."""
    transform = Transform(height=SIZE, width=SIZE)
    ways = {
        "Regraft's graph": build_resize([SeenInput(name="pixels1", transform=transform)], {}),
        "Resize of uint8": operation(is_real=False),
        "Resize of float32": operation(is_real=True),
    }
    photograph = Image.fromarray(load_sample_images().images[0])
    images = [np.asarray(photograph.resize((width, height), Image.Resampling.BICUBIC)) for height, width in sizes]
    for name, model in ways.items():
        graphs: dict[str, OnnxRuntimeGraph | OpenVinoGraph] = {
            "ONNX Runtime": OnnxRuntimeGraph(model.SerializeToString(), name),
            "OpenVINO": OpenVinoGraph(convert(model), name),
        }
        for runtime, graph in graphs.items():
            told = []
            for image in images:
                given = graph.run({"image": image})["pixels1"][0].astype(np.int16)
                difference = np.abs(given - transform_array(image, transform))
                told.append(
                    f"{image.shape[1]} x {image.shape[0]} {(difference == 0).mean():.3%}, by {difference.max()} at most"
                )
            print(f"{name:<18} {runtime:<13} values equal: {'; '.join(told)}", flush=True)


def operation(*, is_real: bool) -> Any:
    """ONNX's `Resize` with the settings that are nearest to Pillow's bicubic filter."""
    kind = TensorProto.FLOAT if is_real else TensorProto.UINT8
    settings: dict[str, Any] = {"mode": "cubic", "antialias": 1, "cubic_coeff_a": -0.5, "exclude_outside": 1}
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[2, 0, 1]),
        helper.make_node("Unsqueeze", ["planes", "first"], ["batch"]),
        helper.make_node("Cast", ["batch"], ["numbers"], to=kind),
        helper.make_node("Resize", ["numbers", "", "", "sizes"], ["resized"], **settings),
        helper.make_node("Cast", ["resized"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Round", ["real"], ["rounded"]),
        helper.make_node("Clip", ["rounded", "low", "high"], ["clipped"]),
        helper.make_node("Cast", ["clipped"], ["levels"], to=TensorProto.UINT8),
        helper.make_node("Transpose", ["levels"], ["pixels1"], perm=[0, 2, 3, 1]),
    ]
    constants = [
        helper.make_tensor("first", TensorProto.INT64, [1], [0]),
        helper.make_tensor("sizes", TensorProto.INT64, [4], [1, 3, SIZE, SIZE]),
        helper.make_tensor("low", TensorProto.FLOAT, [], [0]),
        helper.make_tensor("high", TensorProto.FLOAT, [], [255]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["height", "width", 3])
    pixels = helper.make_tensor_value_info("pixels1", TensorProto.UINT8, [1, SIZE, SIZE, 3])
    graph = helper.make_graph(nodes, "resize", [image], [pixels], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
