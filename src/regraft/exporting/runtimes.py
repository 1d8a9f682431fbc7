"""What runs exported graphs: ONNX Runtime and OpenVINO, as one kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from regraft.backbones import openvino_core
from regraft.core import BundleError, n_usable_cores, require_extra
from regraft.exporting.onnx_runtime import import_onnxruntime
from regraft.exporting.vetting import shortest_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


class Graph(Protocol):
    """A graph that is open.

    Attributes:
        inputs: Shapes by name; None for a dimension of any length.
        outputs: Names.
        metadata: Texts that go with it, by name.
    """

    inputs: Mapping[str, tuple[int | None, ...]]
    outputs: tuple[str, ...]
    metadata: Mapping[str, str]

    def run(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Outputs by name.

        Args:
            given: Inputs by name.

        Raises:
            BundleError: Its parts do not fit together.
        """
        ...


class OnnxRuntimeGraph:
    """A graph in ONNX Runtime, on the processor.

    Args:
        content: Of an ONNX file, or an `onnx.ModelProto`'s bytes. Files beside it are not read.
        name: For sentences.

    Raises:
        BundleError: It is damaged, or no graph that can be run here.
        MissingExtraError: The extra `export` is missing.
    """

    def __init__(self, content: bytes, name: str) -> None:
        require_extra("export", "Running an ONNX file")
        self._name, onnxruntime = name, import_onnxruntime()
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 4
        settings.intra_op_num_threads = n_usable_cores()
        try:
            self._session = onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
        except Exception as error:  # whatever a damaged file makes it raise
            raise _unusable(name, error) from error
        self.inputs: Mapping[str, tuple[int | None, ...]] = {
            one.name: _shape(one.shape) for one in self._session.get_inputs()
        }
        self.outputs: tuple[str, ...] = tuple(one.name for one in self._session.get_outputs())
        self.metadata: Mapping[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Outputs by name (`Graph.run`).

        Raises:
            BundleError: Its parts do not fit together.
        """
        try:
            found = self._session.run(list(self.outputs), dict(given))
        except Exception as error:  # whatever does not fit together when it is run
            raise _unusable(self._name, error) from error
        return dict(zip(self.outputs, found, strict=True))


class OpenVinoGraph:
    """A graph in OpenVINO, on the processor, in float32.

    OpenVINO computes in bfloat16 by itself where the processor can: whoever uses the file without Regraft sets
    INFERENCE_PRECISION_HINT to f32 for the same answers, or lets it, for faster ones that are nearly the same.

    Args:
        model: An `openvino.Model`, or a file: `.xml` with its `.bin` beside it.
        name: For sentences.
        metadata: Texts that go with it.

    Raises:
        BundleError: It is damaged, or no graph that can be run here.
    """

    def __init__(self, model: Any, name: str, metadata: Mapping[str, str] | None = None) -> None:
        self._name = name
        try:
            self._compiled = openvino_core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        except Exception as error:  # whatever a damaged file makes it raise
            raise _unusable(name, error) from error
        self.inputs: Mapping[str, tuple[int | None, ...]] = {
            one.get_any_name(): tuple(part.get_length() if part.is_static else None for part in one.get_partial_shape())
            for one in self._compiled.inputs
        }
        self.outputs: tuple[str, ...] = tuple(map(shortest_name, self._compiled.outputs))
        self.metadata: Mapping[str, str] = dict(metadata or {})

    def run(self, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Outputs by name (`Graph.run`).

        Raises:
            BundleError: Its parts do not fit together.
        """
        try:
            found = self._compiled(dict(given))
        except Exception as error:  # whatever does not fit together when it is run
            raise _unusable(self._name, error) from error
        return {name: found[place].copy() for place, name in enumerate(self.outputs)}


def _shape(given: list[Any]) -> tuple[int | None, ...]:
    return tuple(part if isinstance(part, int) else None for part in given)


def _unusable(name: str, error: Exception) -> BundleError:
    first = (str(error).strip().splitlines() or ["no reason given"])[-1]
    return BundleError(f"{name} is damaged or no graph that can be run here: {first[:300]}")
