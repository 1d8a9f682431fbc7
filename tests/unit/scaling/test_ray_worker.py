"""What a node says before it is given work."""

from __future__ import annotations

from functools import partial

import pytest

from regraft.backbones import BACKBONES, cpu_has_bf16, open_engine
from regraft.backbones.choice import EngineChoice
from regraft.features import FeatureKey, Order
from regraft.features.key import look_key
from regraft.images import Transform
from regraft.scaling.ray_worker import try_network

SPEC = BACKBONES["efficientnet-lite0"]
TRANSFORM = Transform(height=8, width=8)


def order_of(engine, cache):
    """An order of the network's features."""
    choice = EngineChoice(*engine.split("-"), "")
    key = FeatureKey(transform=TRANSFORM.fingerprint(), weights="", architecture="", layer="", engine=engine)
    return Order(key, TRANSFORM, partial(open_engine, SPEC, choice, layer="penultimate", cache=cache))


def test_looks_need_no_network():
    """A node without any can take them."""
    assert try_network(Order(look_key(TRANSFORM), TRANSFORM, None)) is None


def test_a_package_of_another_version_is_named(tmp_path, monkeypatch):
    """Its file is not the published one."""
    module, _, inside = SPEC.weights.location.partition(":")
    place = tmp_path / module / inside
    place.parent.mkdir(parents=True)
    (tmp_path / module / "__init__.py").touch()
    place.write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    assert f"{place} is not the published file of weights" in try_network(order_of("openvino-fp32-cpu", tmp_path))


@pytest.mark.skipif(cpu_has_bf16(), reason="this processor has bf16")
def test_a_processor_without_bf16_is_told(tmp_path):
    """Where the driver's has it: the features would be others."""
    assert "has no fast bf16" in try_network(order_of("openvino-bf16-cpu", tmp_path))
