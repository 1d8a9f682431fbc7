"""An ONNX graph under way: what is computed, one operation after the other.

Operations are those of opset 19, which every ONNX Runtime of the last years runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import DTypeLike

OPSET = 19
IR_VERSION = 9
PRODUCER = "regraft"
NETWORK_PREFIX = "part_"
"""With this begin the names of operations that another model brought."""


@dataclass(frozen=True)
class Tensor:
    """What an operation gives.

    Attributes:
        name: In the graph.
        shape: Of as many parts as it has dimensions; None where it depends on the image.
    """

    name: str
    shape: tuple[int | None, ...] = ()


class OnnxGraph:
    """Collects operations.

    Args:
        name: Of the graph.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._n_names = 0

    def input(self, name: str, dtype: DTypeLike, shape: Sequence[int | str]) -> Tensor:
        """An input.

        Args:
            name: Of it.
            dtype: Of its numbers.
            shape: Of it; a name stands for a dimension of any length.
        """
        self._inputs.append(_value(name, dtype, shape))
        return Tensor(name, tuple(part if isinstance(part, int) else None for part in shape))

    def output(self, name: str, tensor: Tensor, dtype: DTypeLike, shape: Sequence[int | str]) -> None:
        """Make what an operation gives an output.

        Args:
            name: Of the output.
            tensor: Its values.
            dtype: Of its numbers.
            shape: As of `input`.
        """
        _rename(self._nodes, tensor.name, name)
        self._outputs.append(_value(name, dtype, shape))

    def constant(self, value: Any) -> Tensor:
        """Numbers that are known: an array, or one number as float32.

        Args:
            value: Of them.
        """
        from onnx import numpy_helper

        array = np.asarray(value) if isinstance(value, (np.ndarray, np.generic)) else np.float32(value)
        name = self._new_name("constant")
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(np.shape(array)), name))
        return Tensor(name, np.shape(array))

    def integers(self, *values: int) -> Tensor:
        """A list of whole numbers, (n,) int64."""
        return self.constant(np.array(values, np.int64))

    def apply(self, kind: str, *operands: Any, shape: tuple[int | None, ...] = (), **attributes: Any) -> Tensor:
        """The result of an operation.

        Args:
            kind: ONNX's name of it.
            *operands: Tensors, arrays, numbers; None for one that is left out.
            shape: Of the result, where somebody asks for its dimensions.
            **attributes: Of the operation.
        """
        names = ["" if one is None else self._tensor(one).name for one in operands]
        result = self._new_name(kind.lower())
        self._nodes.append(_helper().make_node(kind, names, [result], name=result, **attributes))
        return Tensor(result, shape)

    def cast(self, tensor: Tensor, dtype: DTypeLike) -> Tensor:
        """The same as numbers of another kind.

        Args:
            tensor: The numbers.
            dtype: The kind.
        """
        kind = _helper().np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.apply("Cast", tensor, shape=tensor.shape, to=kind)

    def split(self, tensor: Tensor, n_parts: int) -> list[Tensor]:
        """Parts of a tensor, equally many rows in each.

        Args:
            tensor: Of which dimension 0 is a multiple of n_parts.
            n_parts: How many.
        """
        names = [self._new_name("split") for _ in range(n_parts)]
        self._nodes.append(
            _helper().make_node("Split", [tensor.name], names, name=names[0], axis=0, num_outputs=n_parts)
        )
        return [Tensor(name, tensor.shape) for name in names]

    def insert(self, model: Any, given: Sequence[Tensor]) -> list[Tensor]:
        """Another model's graph, as part of this one.

        Args:
            model: An `onnx.ModelProto` of the same opset.
            given: What its inputs are, in their order.

        Returns:
            Its outputs.
        """
        from onnx import compose

        graph = compose.add_prefix_graph(model.graph, self._new_name(NETWORK_PREFIX.rstrip("_")) + "_")
        for tensor, one in zip(given, graph.input, strict=True):
            _rename(graph.node, one.name, tensor.name)
        self._nodes.extend(graph.node)
        self._constants.extend(graph.initializer)
        return [Tensor(one.name, (None,) * len(one.type.tensor_type.shape.dim)) for one in graph.output]

    def model(self, metadata: Mapping[str, str]) -> Any:
        """The `onnx.ModelProto`, checked.

        Args:
            metadata: Texts that go with it, by name.
        """
        import onnx

        helper = _helper()
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name=PRODUCER
        )
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        return model

    def _tensor(self, value: Any) -> Tensor:
        return value if isinstance(value, Tensor) else self.constant(value)

    def _new_name(self, kind: str) -> str:
        self._n_names += 1
        return f"{kind}_{self._n_names}"


def _rename(nodes: Iterable[Any], former: str, name: str) -> None:
    """Call a tensor by another name: OpenVINO would know a copy of it by both."""
    for node in nodes:
        for names in (node.input, node.output):
            names[:] = [name if one == former else one for one in names]


def _helper() -> Any:
    from onnx import helper

    return helper


def _value(name: str, dtype: DTypeLike, shape: Sequence[int | str]) -> Any:
    helper = _helper()
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape))
