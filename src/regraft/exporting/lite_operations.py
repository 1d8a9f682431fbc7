"""OpenVINO's names for operations, in an ONNX graph: what `backbones.lite_features` builds a network with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike, NDArray

    from regraft.exporting.onnx_graph import OnnxGraph, Tensor

_PLANES = (None,) * 4


class LiteOperations:
    """The operations that an EfficientNet-Lite is made of, with the names and arguments that OpenVINO gives them.

    Args:
        graph: Where they go.
    """

    def __init__(self, graph: OnnxGraph) -> None:
        self._graph = graph

    def constant(self, array: NDArray[Any]) -> NDArray[Any]:
        """Weights, as they are: whoever takes them knows what becomes of them."""
        return array

    def convolution(self, x: Tensor, kernel: NDArray[Any], strides: list[int], *padding: Any) -> Tensor:
        """A convolution with a kernel (c, b, y, x)."""
        return self._convolve(x, kernel, strides, padding)

    def group_convolution(self, x: Tensor, kernel: NDArray[Any], strides: list[int], *padding: Any) -> Tensor:
        """A convolution with a kernel (groups, c, b, y, x)."""
        return self._convolve(x, kernel.reshape(-1, *kernel.shape[2:]), strides, padding, group=len(kernel))

    def _convolve(
        self, x: Tensor, kernel: NDArray[Any], strides: list[int], padding: tuple[Any, ...], group: int = 1
    ) -> Tensor:
        if padding != ([0, 0], [0, 0], [1, 1], "same_upper"):
            raise NotImplementedError(padding)
        return self._graph.apply("Conv", x, kernel, shape=_PLANES, strides=strides, auto_pad="SAME_UPPER", group=group)

    def add(self, x: Any, y: Any) -> Tensor:
        """Their sum."""
        return self._graph.apply("Add", x, y, shape=_widest(x, y))

    def subtract(self, x: Any, y: Any) -> Tensor:
        """Their difference."""
        return self._graph.apply("Sub", x, y, shape=_widest(x, y))

    def multiply(self, x: Any, y: Any) -> Tensor:
        """Their product."""
        return self._graph.apply("Mul", x, y, shape=_widest(x, y))

    def divide(self, x: Any, y: Any) -> Tensor:
        """Their quotient."""
        return self._graph.apply("Div", x, y, shape=_widest(x, y))

    def maximum(self, x: Any, y: Any) -> Tensor:
        """The greater of the two."""
        return self._graph.apply("Max", x, y, shape=_widest(x, y))

    def clamp(self, x: Tensor, low: float, high: float) -> Tensor:
        """X between two limits."""
        return self._graph.apply("Clip", x, np.float32(low), np.float32(high), shape=x.shape)

    def sqrt(self, x: Tensor) -> Tensor:
        """Its square root."""
        return self._graph.apply("Sqrt", x, shape=x.shape)

    def convert(self, x: Tensor, dtype: DTypeLike) -> Tensor:
        """X as numbers of another kind."""
        return self._graph.cast(x, dtype)

    def transpose(self, x: Tensor, order: Sequence[int]) -> Tensor:
        """Dimensions in another order."""
        return self._graph.apply("Transpose", x, shape=x.shape, perm=list(order))

    def reshape(self, x: Tensor, shape: Sequence[int], *, special_zero: bool) -> Tensor:
        """X in another shape; 0 stands for as many as x has there."""
        return self._graph.apply(
            "Reshape", x, self._graph.integers(*shape), shape=(None,) * len(shape), allowzero=0 if special_zero else 1
        )

    def concat(self, parts: Sequence[Tensor], axis: int) -> Tensor:
        """Parts behind each other."""
        return self._graph.apply("Concat", *parts, shape=parts[0].shape, axis=axis)

    def reduce_mean(self, x: Tensor, axes: Sequence[int], *, keep_dims: bool = False) -> Tensor:
        """Means over dimensions."""
        return self._reduce("ReduceMean", x, axes, keep_dims)

    def reduce_max(self, x: Tensor, axes: Sequence[int], *, keep_dims: bool = False) -> Tensor:
        """Maxima over dimensions."""
        return self._reduce("ReduceMax", x, axes, keep_dims)

    def reduce_l2(self, x: Tensor, axes: Sequence[int], *, keep_dims: bool = False) -> Tensor:
        """Euclidean lengths over dimensions."""
        return self._reduce("ReduceL2", x, axes, keep_dims)

    def _reduce(self, kind: str, x: Tensor, axes: Sequence[int], keep_dims: bool) -> Tensor:  # noqa: FBT001
        shape = x.shape if keep_dims else x.shape[len(axes) :]
        return self._graph.apply(kind, x, self._graph.integers(*axes), shape=shape, keepdims=int(keep_dims))


def _widest(*operands: Any) -> tuple[int | None, ...]:
    """The shape of what is computed element by element: how many dimensions is all that anybody asks for."""
    return (None,) * max(len(getattr(operand, "shape", ())) for operand in operands)
