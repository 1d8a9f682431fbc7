"""What is said, and what is chosen, where torch is not installed."""

from __future__ import annotations

import sys

import pytest

from regraft.backbones import BACKBONES, EngineChoice, accelerator, choose_engine, require_engine, resolve_backbone
from regraft.core import MissingExtraError

CPU = EngineChoice("openvino", "fp32", "cpu", "as asked")


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    """One of its three packages is enough."""
    monkeypatch.setitem(sys.modules, "timm", None)


def test_a_network_that_has_to_be_converted_is_refused(tmp_path):
    """Before an image is read, with what to install and what is to come."""
    with pytest.raises(MissingExtraError, match=r"Converting lenet .* later version .* needs the extra torch"):
        require_engine(BACKBONES["lenet"], CPU, layer="penultimate", cache=tmp_path)


def test_an_efficientnet_lite_is_not(tmp_path):
    """OpenVINO is enough for it."""
    require_engine(BACKBONES["efficientnet-lite2"], CPU, layer="auto", cache=tmp_path)


def test_the_engine_is_openvino():
    """By itself; torch is refused where it is asked for, and no accelerator is looked for, which it alone could use."""
    assert choose_engine().engine == "openvino"
    assert accelerator() is None
    with pytest.raises(MissingExtraError, match="--engine torch needs the extra torch"):
        choose_engine("torch")


def test_a_mistyped_name_is_guessed_at(tmp_path):
    """A network that needs no torch was meant: nobody installs five gigabytes for a hyphen."""
    with pytest.raises(MissingExtraError, match=r"efficientnet-lite-0 \(did you mean efficientnet-lite0\?\) needs"):
        resolve_backbone("efficientnet-lite-0", cache=tmp_path)
    with pytest.raises(MissingExtraError, match=r"The backbone resnet34 needs"):
        resolve_backbone("resnet34", cache=tmp_path)
