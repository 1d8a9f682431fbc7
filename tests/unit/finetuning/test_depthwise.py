"""Depthwise convolutions with our own weight gradient are torch's."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from regraft.finetuning import depthwise

needs_compiled = pytest.mark.skipif(depthwise.compiled is None, reason="built without a C compiler")


def gradients(inputs, weight, bias, stride, padding):
    """Of some function of a convolution, by everything that goes in."""
    outputs = functional.conv2d(inputs, weight, bias, stride, padding, 1, inputs.shape[1])
    wanted = [tensor for tensor in (inputs, weight, bias) if tensor is not None]
    return torch.autograd.grad((outputs * torch.linspace(-1, 1, outputs.numel()).view_as(outputs)).sum(), wanted)


@needs_compiled
@pytest.mark.parametrize("n_threads", [1, 2, 3])
@pytest.mark.parametrize("sides", [(5, 1, 2), (5, 2, 2), (5, 2, 0), (7, 1, 3), (7, 3, 6), (5, 1, 4)])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_gradients_are_torchs(sides, has_bias, layout, n_threads, monkeypatch):
    """To float32's rounding, for odd sizes, with or without bias, in both layouts; and bit for bit for any threads."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: n_threads)
    kernel, stride, padding = sides
    torch.manual_seed(0)
    inputs = torch.randn(3, 48, 11, 9).contiguous(memory_format=layout).requires_grad_()
    weight = torch.randn(48, 1, kernel, kernel, requires_grad=True)
    bias = torch.randn(48, requires_grad=True) if has_bias else None
    expected = gradients(inputs, weight, bias, stride, padding)
    with depthwise.QuickDepthwise():
        found = gradients(inputs, weight, bias, stride, padding)
        monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
        again = gradients(inputs, weight, bias, stride, padding)
    for one, other, third in zip(found, expected, again, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
        assert torch.equal(one, third)


@needs_compiled
def test_it_applies_to_layers_of_any_network():
    """Also to those that pad by themselves; others are left to torch."""
    calls = []
    kept = depthwise.weight_gradient
    network = nn.Sequential(nn.Conv2d(3, 16, 3), nn.Conv2d(16, 16, 5, groups=16), nn.Conv2d(16, 16, 3, groups=16))
    with pytest.MonkeyPatch.context() as patch, depthwise.QuickDepthwise():
        patch.setattr(depthwise, "weight_gradient", lambda *args: calls.append(args) or kept(*args))
        network(torch.randn(1, 3, 16, 16)).sum().backward()
    assert len(calls) == 1
    assert all(parameter.grad is not None for parameter in network.parameters())


@needs_compiled
@pytest.mark.parametrize("bad", [{"first": 8}, {"end": 64}, {"kernel": 3}, {"stride": 0}, {"padding": 5}, {"n": 4}])
def test_sizes_that_do_not_fit_are_refused(bad):
    """The compiled loops check what they are given: no byte outside the buffers is touched."""
    sizes = {"n": 3, "kernel": 5, "stride": 1, "padding": 2, "first": 0, "end": 48, **bad}
    inputs, out = torch.zeros(3, 8, 8, 48).numpy(), torch.zeros(48, 1, 5, 5).numpy()
    with pytest.raises(ValueError, match="do not fit"):
        depthwise.compiled(
            inputs, inputs, out, (sizes["n"], 8, 8, 48), (8, 8),
            (sizes["kernel"], sizes["stride"], sizes["padding"]), (sizes["first"], sizes["end"]),
        )  # fmt: skip
