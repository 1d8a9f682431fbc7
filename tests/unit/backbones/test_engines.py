from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from regraft.backbones import (
    BACKBONES,
    DEFAULT_BACKBONE,
    choose_engine,
    compute_features,
    cpu_has_bf16,
    open_engine,
    resolve_backbone,
)
from regraft.core import BackboneError, OptionError

needs_bf16 = pytest.mark.skipif(not cpu_has_bf16(), reason="this processor has no bf16")


def pixels_of(n, size, seed=0):
    """Smooth random pictures: more like photos than noise is."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (n, 8, 8, 3))
    return np.kron(coarse, np.ones((1, size // 8, size // 8, 1))).astype(np.uint8)


def features_of(spec, engine, precision, pixels, cache, *, layer="penultimate"):
    choice = choose_engine(engine, precision, "cpu")
    return compute_features(open_engine(spec, choice, layer=layer, cache=cache), pixels)


def cosines(one, two):
    return (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)


@pytest.fixture(scope="module")
def lite0_reference(shared_cache):
    """Features of the default backbone, computed by torch."""
    pixels = pixels_of(5, 224)
    return pixels, features_of(BACKBONES[DEFAULT_BACKBONE], "torch", "fp32", pixels, shared_cache)


def test_openvino_gives_the_features_that_torch_gives(lite0_reference, shared_cache):
    """fp32: within 1e-4 of the largest feature, on the real weights."""
    pixels, reference = lite0_reference
    features = features_of(BACKBONES[DEFAULT_BACKBONE], "openvino", "fp32", pixels, shared_cache)
    assert features.shape == (5, 1280)
    assert features.dtype == np.float32
    assert np.abs(features - reference).max() <= 1e-4 * np.abs(reference).max()


@needs_bf16
def test_bf16_features_point_where_fp32_features_point(lite0_reference, shared_cache):
    """bf16: cosine of at least 0.99 with fp32, on the real weights."""
    pixels, reference = lite0_reference
    features = features_of(BACKBONES[DEFAULT_BACKBONE], "openvino", "bf16", pixels, shared_cache)
    assert cosines(features, reference).min() >= 0.99


def test_the_weights_are_real(shared_cache):
    """The default network knows a picture of flowers from one of a temple: its features are no noise."""
    from sklearn.datasets import load_sample_images

    china, flower = (picture[:400, :400] for picture in load_sample_images().images)
    views = [china[:224, :224], china[100:324, 100:324], flower[:224, 100:324], flower[100:324, 150:374]]
    features = features_of(BACKBONES[DEFAULT_BACKBONE], "openvino", "fp32", np.stack(views), shared_cache)
    within = cosines(features[[0, 2]], features[[1, 3]])
    across = cosines(features[[0, 1]], features[[2, 3]])
    assert within.min() > across.max()


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", pytest.param("bf16", marks=needs_bf16)])
def test_features_do_not_depend_on_company_or_place(tiny_spec, shared_cache, precision):
    """An image has the same bits alone, in another batch and at another place: a resumed run is identical."""
    pixels = pixels_of(19, 64)
    together = features_of(tiny_spec, "openvino", precision, pixels, shared_cache)
    backwards = features_of(tiny_spec, "openvino", precision, pixels[::-1], shared_cache)[::-1]
    alone = features_of(tiny_spec, "openvino", precision, pixels[7:8], shared_cache)
    np.testing.assert_array_equal(together, backwards)
    np.testing.assert_array_equal(together[7:8], alone)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["test_resnet", "test_vit", "test_convnext", "test_efficientnet"])
def test_engines_agree_on_every_kind_of_network(architecture, shared_cache, tmp_path):
    """Convolutional, patch and hybrid networks give equal fp32 features in both engines, at the end and at a stage."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(1)
    path = tmp_path / "weights.safetensors"
    save_file(timm.create_model(architecture).state_dict(), path)
    spec = resolve_backbone(architecture, cache=shared_cache, checkpoint=path)
    pixels = pixels_of(3, spec.image_size)
    one, two = (
        features_of(spec, engine, "fp32", pixels, shared_cache, layer="penultimate+stage1")
        for engine in ("torch", "openvino")
    )
    assert one.shape == two.shape
    for part, other in zip(np.split(one, [spec.n_features], 1), np.split(two, [spec.n_features], 1), strict=True):
        assert part.size
        assert np.abs(part - other).max() <= 1e-4 * np.abs(part).max()


def test_layers_differ_and_unknown_ones_are_answered(tiny_spec, shared_cache):
    """A stage has its own features; a module's name works; a wrong name lists the stages."""
    pixels = pixels_of(2, 64)
    widths = {
        layer: features_of(tiny_spec, "torch", "fp32", pixels, shared_cache, layer=layer).shape[1]
        for layer in ("penultimate", "stage2", "layer2.0")
    }
    assert widths["stage2"] < widths["penultimate"]
    with pytest.raises(BackboneError, match="Stages: stage1, stage2"):
        features_of(tiny_spec, "torch", "fp32", pixels, shared_cache, layer="stage9")


def test_a_vit_can_take_another_image_size(shared_cache, tmp_path):
    """Position embeddings are resampled when the input is not the network's own size."""
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(1)
    path = tmp_path / "weights.safetensors"
    save_file(timm.create_model("test_vit").state_dict(), path)
    spec = resolve_backbone("test_vit", cache=shared_cache, checkpoint=path, image_size=96)
    features = features_of(spec, "torch", "fp32", pixels_of(2, 96), shared_cache)
    assert np.isfinite(features).all()


@pytest.mark.slow
def test_a_damaged_graph_is_converted_again(tiny_spec, tmp_path):
    """A changed byte in the cached graph is noticed at the next opening."""
    pixels = pixels_of(1, 64)
    before = features_of(tiny_spec, "openvino", "fp32", pixels, tmp_path)
    (weights,) = tmp_path.glob("graphs/*/graph.bin")
    raw = bytearray(weights.read_bytes())
    raw[len(raw) // 2] ^= 255
    weights.write_bytes(raw)
    np.testing.assert_array_equal(features_of(tiny_spec, "openvino", "fp32", pixels, tmp_path), before)


WARM = """
import sys
from pathlib import Path
import numpy as np
from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, compute_features, open_engine
spec, cache = BACKBONES[DEFAULT_BACKBONE], Path(sys.argv[1])
engine = open_engine(spec, choose_engine("openvino"), layer="penultimate", cache=cache)
assert compute_features(engine, np.zeros((3, 224, 224, 3), np.uint8)).shape == (3, 1280)
assert compute_features(engine, np.zeros((0, 224, 224, 3), np.uint8)).shape == (0, 1280)
print(*sorted({"torch", "timm", "sklearn"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_a_warm_engine_imports_no_torch(shared_cache):
    """In a new process with a converted graph, features are computed without torch and timm."""
    features_of(BACKBONES[DEFAULT_BACKBONE], "openvino", "fp32", pixels_of(1, 224), shared_cache)
    done = subprocess.run([sys.executable, "-c", WARM, shared_cache], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_impossible_choices_are_refused():
    """An engine, precision or device that is not there is an error before anything is loaded."""
    with pytest.raises(OptionError, match="runs on the CPU"):
        choose_engine("openvino", "auto", "cuda")
    choice = choose_engine("torch", "auto", "cpu")
    assert (choice.engine, choice.precision, choice.device) == ("torch", "fp32", "cpu")
    assert choose_engine("openvino", "fp32").fingerprint == "openvino-fp32-cpu"


INTERRUPTED_AFTER_SEVERAL_ENGINES = """
import os, signal, sys
from pathlib import Path
from regraft.backbones import choose_engine, open_engine, resolve_backbone

cache, checkpoint = map(Path, sys.argv[1:])
spec = resolve_backbone("test_resnet", cache=cache, checkpoint=checkpoint, image_size=64)
engines = [
    open_engine(spec, choose_engine("openvino", "fp32", "cpu"), layer="penultimate", cache=cache) for _ in range(3)
]
while engines:
    engines.pop(0)
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("still here")
"""


@pytest.mark.slow
def test_a_signal_after_several_engines_is_survived(tiny_checkpoint, shared_cache):
    """Plug-ins that come and go would leave the thread a freed signal stack, and Ctrl-C would crash the process."""
    command = [sys.executable, "-c", INTERRUPTED_AFTER_SEVERAL_ENGINES, str(shared_cache), str(tiny_checkpoint)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "still here\n"), done.stderr
