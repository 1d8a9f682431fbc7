"""The GPU's way, without a GPU: tensors that have a shape, a type and a device, and no values."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from regraft.backbones import BACKBONES, DEFAULT_BACKBONE, EngineChoice, keep_weights, load_network
from regraft.backbones.feature_network import FeatureNetwork
from regraft.backbones.torch_engine import arithmetic

SPEC = BACKBONES[DEFAULT_BACKBONE]


@pytest.fixture
def network(shared_cache):
    """The default network, from pixels to several layers' features."""
    weights, _digest = keep_weights(SPEC, shared_cache / "weights")
    return FeatureNetwork(load_network(SPEC, weights), SPEC, "penultimate+stage5").eval()


def moved(network, mode, device):
    """Its parameters and buffers as they would lie on a device."""
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    return {name: mode.from_tensor(tensor).to(device) for name, tensor in tensors.items()}


def test_everything_is_computed_there(network):
    """Bytes go over, and nothing of the network stays behind: a tensor on the CPU would be an error here."""
    with FakeTensorMode(allow_non_fake_inputs=True) as mode, torch.no_grad():
        pixels = torch.zeros(2, SPEC.image_size, SPEC.image_size, 3, dtype=torch.uint8).to("cuda", non_blocking=True)
        features = torch.func.functional_call(network, moved(network, mode, "cuda"), (pixels,))
    assert (features.device.type, features.dtype, len(features)) == ("cuda", torch.float32, 2)


def test_what_is_left_behind_is_found(network):
    """The test above can fail: with a buffer that stays on the CPU it does."""
    with FakeTensorMode(allow_non_fake_inputs=True) as mode, torch.no_grad():
        tensors = moved(network, mode, "cuda")
        tensors["planes.scale"] = tensors["planes.scale"].to("cpu")
        pixels = torch.zeros(2, SPEC.image_size, SPEC.image_size, 3, dtype=torch.uint8).to("cuda")
        with pytest.raises(RuntimeError, match="device"):
            torch.func.functional_call(network, tensors, (pixels,))


def test_fp32_has_all_its_bits_and_bf16_is_autocast():
    """TF32 is off for fp32 on a GPU, and as it was afterwards; the features' keys tell the precisions apart."""
    before = torch.backends.cudnn.allow_tf32
    with arithmetic("cuda", "fp32"):
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before
    layer = nn.Linear(2, 2)
    with arithmetic("cpu", "bf16"), torch.no_grad():
        assert layer(torch.zeros(1, 2)).dtype == torch.bfloat16
    with arithmetic("cpu", "fp32"), torch.no_grad():
        assert layer(torch.zeros(1, 2)).dtype == torch.float32
    prints = {EngineChoice("torch", precision, "cuda", "").fingerprint for precision in ("fp32", "bf16")}
    assert prints == {"torch-fp32-cuda", "torch-bf16-cuda"}
