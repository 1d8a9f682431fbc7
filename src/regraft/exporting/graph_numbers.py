"""Numbers that are only known when a graph runs, to be written down like numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from regraft.exporting.onnx_graph import OnnxGraph, Tensor

Operand: TypeAlias = Union["Number", int]


@dataclass(frozen=True, eq=False)
class Number:
    """One number or an array of them in a graph.

    Attributes:
        graph: Where they are computed.
        tensor: Of them.
        dtype: Their kind; all of an expression are of one.
    """

    graph: OnnxGraph
    tensor: Tensor
    dtype: DTypeLike = np.int64

    def __add__(self, other: Operand | float) -> Number:
        return self._with("Add", other)

    def __sub__(self, other: Operand | float) -> Number:
        return self._with("Sub", other)

    def __mul__(self, other: Operand | float) -> Number:
        return self._with("Mul", other)

    def __truediv__(self, other: Operand | float) -> Number:
        return self._with("Div", other)

    def __floordiv__(self, other: Operand) -> Number:
        """Towards zero; numbers here are not negative where it matters."""
        return self._with("Div", other)

    def __mod__(self, other: Operand) -> Number:
        return self._with("Mod", other)

    def least(self, other: Operand | float) -> Number:
        """The smaller one."""
        return self._with("Min", other)

    def greatest(self, other: Operand | float) -> Number:
        """The greater one."""
        return self._with("Max", other)

    def apply(self, kind: str, *operands: Any, **attributes: Any) -> Number:
        """The result of an operation that gives numbers of the same kind.

        Args:
            kind: ONNX's name.
            *operands: Besides these numbers.
            **attributes: Of the operation.
        """
        rest = [one.tensor if isinstance(one, Number) else one for one in operands]
        return Number(self.graph, self.graph.apply(kind, self.tensor, *rest, **attributes), self.dtype)

    def is_less(self, other: Operand | float) -> Tensor:
        """Whether; a tensor of truth values."""
        return self.graph.apply("Less", self.tensor, self._operand(other))

    def where(self, condition: Tensor, other: Operand | float) -> Number:
        """These where a condition holds, and others elsewhere.

        Args:
            condition: Truth values.
            other: The others.
        """
        chosen = self.graph.apply("Where", condition, self.tensor, self._operand(other))
        return Number(self.graph, chosen, self.dtype)

    def real(self) -> Number:
        """The same as float64."""
        return self.cast(np.float64)

    def cast(self, dtype: DTypeLike) -> Number:
        """The same as numbers of another kind.

        Args:
            dtype: The kind.
        """
        return Number(self.graph, self.graph.cast(self.tensor, dtype), dtype)

    def column(self) -> Number:
        """(n, 1) of (n,)."""
        return self.apply("Unsqueeze", self.graph.integers(1))

    def _with(self, kind: str, other: Operand | float) -> Number:
        return Number(self.graph, self.graph.apply(kind, self.tensor, self._operand(other)), self.dtype)

    def _operand(self, other: Operand | float) -> Any:
        if isinstance(other, Number):
            return other.tensor
        return np.asarray(other, self.dtype)[()]


def counted(graph: OnnxGraph, end: Number | int) -> Number:
    """0, 1 ... up to an end, which is not one of them: (end,) whole numbers.

    Args:
        graph: Where.
        end: One number.
    """
    last = end.tensor if isinstance(end, Number) else np.int64(end)
    return Number(graph, graph.apply("Range", np.int64(0), last, np.int64(1)))
