from __future__ import annotations

import pytest
import timm
import torch
from safetensors.torch import save_file

from regraft.backbones import resolve_backbone


@pytest.fixture(scope="session")
def tiny_state():
    """Weights of timm's smallest residual network, random but fixed."""
    torch.manual_seed(0)
    return timm.create_model("test_resnet").state_dict()


@pytest.fixture(scope="session")
def tiny_checkpoint(tiny_state, tmp_path_factory):
    """These weights as a file."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.safetensors"
    save_file(tiny_state, path)
    return path


@pytest.fixture
def tiny_spec(tiny_checkpoint, shared_cache):
    """The small network as a resolved backbone of 64 x 64 pixels."""
    return resolve_backbone("test_resnet", cache=shared_cache, checkpoint=tiny_checkpoint, image_size=64)
