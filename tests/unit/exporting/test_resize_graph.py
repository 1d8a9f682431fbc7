"""The graph for images of any size gives the pixels of `transform_array`."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_sample_images

from regraft.exporting.description import SeenInput
from regraft.exporting.onnx_files import write_onnx
from regraft.exporting.openvino_files import convert, write_openvino
from regraft.exporting.resize_graph import build_resize
from regraft.exporting.runtimes import OnnxRuntimeGraph, OpenVinoGraph
from regraft.exporting.vetting import RESIZING, read_onnx, read_openvino
from regraft.images import FIXED_VIEWS, Transform, transform_array

SIZES = ((1, 1), (5, 7), (37, 1500), (64, 64), (90, 100), (300, 301), (390, 380), (380, 390), (427, 640))
GEOMETRIES = {
    "squash": Transform(height=64, width=64),
    "bilinear": Transform(height=64, width=64, interpolation="bilinear"),
    "lanczos": Transform(height=64, width=64, interpolation="lanczos"),
    "nearest": Transform(height=64, width=64, interpolation="nearest"),
    "crop": Transform(height=64, width=64, policy="crop", crop_fraction=0.875),
    "odd crop": Transform(height=61, width=61, policy="crop", crop_fraction=0.95, interpolation="bilinear"),
    "letterbox": Transform(height=64, width=64, policy="letterbox"),
    "pad": Transform(height=64, width=64, policy="pad"),
    "cut-squash": Transform(height=28, width=28, policy="cut-squash", crop_fraction=0.875, interpolation="bilinear"),
}
QUICK = {"squash", "bilinear", "crop", "letterbox"}


def photos():
    """Parts of a photograph, of all sizes."""
    china, _flower = load_sample_images().images
    wide = np.tile(china, (1, 3, 1))
    return [np.ascontiguousarray(wide[:height, :width]) for height, width in SIZES]


@pytest.mark.parametrize("view", ["plain", pytest.param("lower right", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "geometry", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in GEOMETRIES]
)
def test_pixels_are_those_of_the_classifier(geometry, view):
    """Nearly all of them exactly, none by more than a grey level, in both runtimes."""
    transform = GEOMETRIES[geometry]
    window = FIXED_VIEWS["plain" if transform.policy == "letterbox" else view].window
    model = build_resize([SeenInput(name="pixels1", transform=transform, window=window)], {"what": "a trial"})
    for graph in (OnnxRuntimeGraph(model.SerializeToString(), "trial"), OpenVinoGraph(convert(model), "trial")):
        differences = []
        for image in photos():
            given = graph.run({"image": image})["pixels1"][0]
            differences.append(np.abs(given.astype(int) - transform_array(image, transform, FIXED_VIEWS[view])))
        assert max(one.max() for one in differences) <= 1
        assert np.mean([(one == 0).mean() for one in differences]) >= 0.999


def test_large_images_are_averaged_first_as_the_classifier_does():
    """Twelve times too large across and seven down: blocks, of which the last ones are not whole."""
    transform = Transform(height=28, width=28)
    image = np.random.default_rng(0).integers(0, 256, (28 * 7 + 5, 28 * 12 + 1, 3), np.uint8)
    model = build_resize([SeenInput(name="pixels1", transform=transform)], {})
    given = OnnxRuntimeGraph(model.SerializeToString(), "trial").run({"image": image})["pixels1"][0]
    assert (given == transform_array(image, transform)).mean() >= 0.999


def test_each_input_has_its_output():
    """Of other sizes and windows, by its name."""
    seen = [
        SeenInput(name="pixels1", transform=Transform(height=20, width=20)),
        SeenInput(name="pixels2", transform=Transform(height=30, width=30), window=(0.0, 0.0, 0.875, 0.875)),
    ]
    graph = OnnxRuntimeGraph(build_resize(seen, {}).SerializeToString(), "trial")
    given = graph.run({"image": photos()[4]})
    assert {name: pixels.shape for name, pixels in given.items()} == {
        "pixels1": (1, 20, 20, 3),
        "pixels2": (1, 30, 30, 3),
    }


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_every_graph_passes_the_readers(geometry, tmp_path):
    """What is written is taken for no hostile file, in either format."""
    seen = SeenInput(name="pixels1", transform=GEOMETRIES[geometry])
    model = build_resize([seen], {"regraft": "a trial"})
    write_onnx(model, tmp_path / "any_size.onnx")
    write_openvino(convert(model), tmp_path / "any_size.xml")
    for _content, signature in (
        read_onnx(tmp_path / "any_size.onnx", RESIZING),
        read_openvino(tmp_path / "any_size.xml", RESIZING),
    ):
        assert [*signature.inputs] == ["image"]
        assert [*signature.outputs] == ["pixels1"]
