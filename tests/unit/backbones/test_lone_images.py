"""Few images are computed one by one where that gives the same bits, and never where it does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, choose_engine, compute_features, open_engine
from regraft.backbones.graphs import open_graph
from regraft.backbones.lone_images import N_ASKED, LoneImages


@pytest.fixture(scope="module")
def pixels():
    """Seven pictures that are no photos."""
    return np.random.default_rng(0).integers(0, 256, (7, 224, 224, 3)).astype(np.uint8)


@pytest.fixture
def opened(shared_cache):
    """An engine of its own, in float32."""
    spec, choice = BACKBONES[DEFAULT_BACKBONE], choose_engine("openvino", "fp32", "cpu")
    return lambda: open_engine(spec, choice, layer="penultimate", cache=shared_cache)


@pytest.fixture
def graph(shared_cache):
    """The default network for several images."""
    return open_graph(BACKBONES[DEFAULT_BACKBONE], "penultimate", shared_cache)


@pytest.mark.slow
def test_features_never_depend_on_how_many_are_asked_about(opened, pixels):
    """Bit for bit, before and after there is a second graph, and with several threads asking."""
    reference = compute_features(opened(), pixels)
    engine = opened()
    for _ in range(N_ASKED + 1):
        for n_images in (1, 2, 3):
            np.testing.assert_array_equal(compute_features(engine, pixels[:n_images]), reference[:n_images])
    np.testing.assert_array_equal(compute_features(engine, pixels), reference)
    with ThreadPoolExecutor(4) as pool:
        rows = pool.map(lambda row: compute_features(engine, pixels[row : row + 1]), range(7))
        np.testing.assert_array_equal(np.concatenate([*rows]), reference)


def test_no_second_graph_is_made_for_a_few_questions(graph, pixels):
    """Nor for a large network, of which there would be two."""
    lone = LoneImages(graph, {}, 1)
    assert [lone.lender(pixels[:1], lambda _image: pytest.fail("too soon")) for _ in range(N_ASKED - 1)] == [None] * 2


def test_another_answer_is_never_used(graph, pixels, monkeypatch):
    """Where one image by itself gives other bits, or cannot be computed, all is filled up as before."""
    asked = []
    lone = LoneImages(graph, {"INFERENCE_PRECISION_HINT": "f32"}, 1)
    for _ in range(N_ASKED + 2):
        assert lone.lender(pixels[:1], lambda image: asked.append(image) or np.zeros((1, 1280), np.float32)) is None
    assert len(asked) == 1
    monkeypatch.setattr("regraft.backbones.lone_images.N_BYTES_MAX", 1000)
    large = LoneImages(graph, {}, 1)
    for _ in range(N_ASKED + 1):
        assert large.lender(pixels[:1], lambda _image: pytest.fail("it is large")) is None


def test_a_graph_that_is_for_several_images_alone_is_filled_up(pixels):
    """Its inner shapes fit no other number."""

    class Baked:
        def get_ops(self):
            return []

        def clone(self):
            return self

        def reshape(self, _shape):
            raise RuntimeError("Check 'n_values == 4' failed")

    lone = LoneImages(Baked(), {}, 1)
    assert [lone.lender(pixels[:1], lambda _image: None) for _ in range(N_ASKED + 1)] == [None] * (N_ASKED + 1)
