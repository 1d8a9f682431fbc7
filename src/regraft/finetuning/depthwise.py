"""Depthwise convolutions whose weight gradient is computed by our compiled loops, where these were built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from regraft.finetuning.compiled_gradient import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_KERNELS = (5, 7)
"""For 3 x 3 torch is as fast."""
_N_LANES = 16
"""Channels that are computed side by side."""


class QuickDepthwise(TorchFunctionMode):
    """Within it, depthwise convolutions of float32 on a CPU get their weight gradient from compiled loops.

    It is a property of the context, not of the network: any network profits, and none is changed.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in _CONVOLUTIONS and not kwargs and (call := _as_depthwise(*args)) is not None:
            return _DepthwiseConvolution.apply(*call)
        return func(*args, **(kwargs or {}))


_CONVOLUTIONS = frozenset({torch.conv2d, functional.conv2d})


def _as_depthwise(  # noqa: PLR0917 - torch's signature
    inputs: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None, int, int] | None:
    """The arguments of our convolution; None where it does not apply."""
    kernel = weight.shape[-1]
    sides = [_one_number(value) for value in (stride, padding, dilation)]
    is_ours = (
        compiled is not None
        and groups == inputs.shape[1] == weight.shape[0]
        and groups % _N_LANES == 0
        and weight.requires_grad
        and torch.is_grad_enabled()
        and weight.shape[-2] == kernel in _KERNELS
        and None not in sides
        and sides[2] == 1
        and inputs.dtype == weight.dtype == torch.float32
        and inputs.device.type == "cpu"
        and not torch.is_autocast_enabled("cpu")
    )
    return (inputs, weight, bias, sides[0], sides[1]) if is_ours else None  # type: ignore[return-value]


def _one_number(value: Any) -> int | None:
    """A number that stands for both sides; None where they differ, or where it is a word ("same")."""
    if isinstance(value, int):
        return value
    return value[0] if not isinstance(value, str) and len(set(value)) == 1 else None


class _DepthwiseConvolution(torch.autograd.Function):
    """torch's convolution with another way to the gradient of the weights."""

    @staticmethod
    def forward(  # noqa: PLR0917 - torch's signature
        ctx: Any, inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, stride: int, padding: int
    ) -> torch.Tensor:
        ctx.save_for_backward(inputs, weight)
        ctx.stride, ctx.padding, ctx.has_bias = stride, padding, bias is not None
        return functional.conv2d(inputs, weight, bias, stride, padding, 1, inputs.shape[1])

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[Any, ...]:
        inputs, weight = ctx.saved_tensors
        (gradient,) = gradients
        n_channels = inputs.shape[1]
        wants_input, _wants_weight, wants_bias = ctx.needs_input_grad[:3]
        to_inputs, _to_weight, to_bias = torch.ops.aten.convolution_backward(
            gradient,
            inputs,
            weight,
            [n_channels] if ctx.has_bias else None,
            [ctx.stride] * 2,
            [ctx.padding] * 2,
            [1, 1],
            False,  # noqa: FBT003 - torch's signature: not transposed
            [0, 0],
            n_channels,
            [wants_input, False, wants_bias],
        )
        return to_inputs, weight_gradient(inputs, gradient, weight.shape, ctx.stride, ctx.padding), to_bias, None, None


def weight_gradient(
    inputs: torch.Tensor, gradient: torch.Tensor, shape: Sequence[int], stride: int, padding: int
) -> torch.Tensor:
    """The gradient (c, 1, k, k) of a depthwise convolution's weight, by the compiled loops; c is a multiple of 16.

    Every channel is summed in one order, so the bits do not depend on the number of threads.

    Args:
        inputs: (n, c, h, w) float32.
        gradient: (n, c, oh, ow) float32, of the outputs.
        shape: Of the weight.
        stride: Of both sides.
        padding: Zeros around the inputs, on each side.
    """
    from concurrent.futures import ThreadPoolExecutor

    first, second = (tensor.detach().permute(0, 2, 3, 1).contiguous().numpy() for tensor in (inputs, gradient))
    out = torch.empty(tuple(shape), dtype=torch.float32)
    n_channels = first.shape[3]
    step = -(-n_channels // (_N_LANES * torch.get_num_threads())) * _N_LANES
    spans = [(start, min(start + step, n_channels)) for start in range(0, n_channels, step)]
    geometry = (first.shape, second.shape[1:3], (shape[-1], stride, padding))

    def fill(span: tuple[int, int]) -> None:
        assert compiled is not None
        compiled(first, second, out.numpy(), *geometry, span)

    if len(spans) == 1:
        fill(spans[0])
    else:
        with ThreadPoolExecutor(len(spans)) as pool:
            list(pool.map(fill, spans))
    return out
