from __future__ import annotations

import os
import subprocess
import sys

import pytest
import timm
import torch
from safetensors.torch import save_file

from regraft.backbones import resolve_backbone
from weights_hub import FETCHING, NAME, told

WITH_ITS_OWN_SETTINGS = """
import importlib
import huggingface_hub.constants
importlib.reload(huggingface_hub.constants)  # they are those of the environment that it was imported in
"""


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


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Weights of timm's smallest network, as its hub has them."""
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(timm.create_model(NAME).state_dict(), path)
    return path.read_bytes()


@pytest.fixture
def start(nursery, tmp_path):
    """Begins to resolve the network in a process of its own, which looks names up only where it is begun afresh."""

    def start(endpoint, program=FETCHING, *, size=None, is_told=False, is_afresh=False, **environment):
        text = program.format(name=NAME, cache=str(tmp_path / "cache"), size=size, is_told=is_told)
        environment = {
            **{name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"},
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(tmp_path / "hf"),
            "no_proxy": "" if "http_proxy" in environment else "127.0.0.1",
            **environment,
        }
        if not is_afresh:
            return nursery.start(["-c", WITH_ITS_OWN_SETTINGS + text], env=environment)
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", text], **pipes, env=environment)

    return start


@pytest.fixture
def ask(start):
    """Resolves the network in a process of its own; what it prints, and nothing on standard error."""
    return lambda *arguments, **settings: told(start(*arguments, **settings))
