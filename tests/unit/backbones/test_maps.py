"""What features are pooled from, by torch and by a graph that torch made."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from regraft.backbones import BACKBONES, choose_engine, open_maps, resolve_backbone
from regraft.backbones.feature_network import FeatureNetwork, MapNetwork

PIXELS = np.random.default_rng(0).integers(0, 256, (1, 28, 28, 3), np.uint8)


class Turned(nn.Module):
    """A network that holds its channels last."""

    output_fmt = "NHWC"

    def __init__(self):
        super().__init__()
        self.stage = nn.Linear(3, 5)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, planes):
        rows = self.stage(planes.permute(0, 2, 3, 1))
        return self.pool(rows.permute(0, 3, 1, 2)).flatten(1)


def test_the_penultimate_layer_is_taken_before_its_pooling():
    """Its mean is the feature; so it is with a stage's map, whatever order its numbers lie in."""
    spec = BACKBONES["one-hidden"].model_copy(update={"colour": "rgb"})
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    for made, layer in ((network, "penultimate+0"), (Turned(), "stage")):
        features = FeatureNetwork(made, spec, layer).eval()
        with torch.no_grad():
            told, *maps = MapNetwork(features)(torch.from_numpy(PIXELS))
            row = features(torch.from_numpy(PIXELS))
        assert torch.equal(told, row)
        n_first = maps[0].shape[1]
        torch.testing.assert_close(maps[0].mean(dim=(2, 3)), row[:, :n_first])


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_engines_give_the_same_blocks(engine, shared_cache):
    """LeNet has no pooling at its end: its penultimate block is a row; a stage gives a map."""
    spec = resolve_backbone("lenet", cache=shared_cache)
    maps = open_maps(spec, choose_engine(engine, "fp32", "cpu"), layer="penultimate+stage1@std", cache=shared_cache)
    pixels = np.concatenate([PIXELS, 255 - PIXELS, PIXELS])
    image, other, again = maps.compute(pixels)
    last, first = image.blocks
    assert (last.kind, last.values.shape) == ("penultimate", (1024,))
    assert first.kind == "std"
    assert first.values.ndim == 3
    np.testing.assert_allclose(image.features[:1024], last.values, atol=1e-5)
    np.testing.assert_allclose(again.blocks[1].values, first.values, atol=1e-5)
    assert not np.allclose(other.blocks[1].values, first.values, atol=1e-2)
    np.testing.assert_allclose(maps.compute(PIXELS)[0].features, image.features, atol=1e-5)
