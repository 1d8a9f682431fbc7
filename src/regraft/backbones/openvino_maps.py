"""What a network's features are pooled from, by OpenVINO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.backbones.choice import TappedBlock
from regraft.backbones.openvino_door import openvino_core
from regraft.backbones.processes import keep_through_forks, note_network, require_own_threads
from regraft.core import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.backbones.layers import Tap

_NOTE = "regraft_taps"


def note_taps(model: Any, taps: Sequence[Tap]) -> None:
    """Write into a graph how each of its outputs is pooled; a saved graph keeps it."""
    model.set_rt_info("+".join(tap.kind for tap in taps), _NOTE)


class OpenVinoMaps:
    """Runs a graph that does not pool (`graphs.open_graph`), one image at a time, for any number of threads.

    Args:
        graph: An `openvino.Model`.
        precision: Of the arithmetic.
    """

    def __init__(self, graph: Any, precision: Literal["fp32", "bf16"]) -> None:
        self._kinds = str(graph.get_rt_info(_NOTE).value).split("+")
        hint = {"INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision]}
        self._request = openvino_core().compile_model(graph, "CPU", hint).create_infer_request()
        self._alone = ThreadLock()
        keep_through_forks(self)
        note_network()

    def compute(self, pixels: NDArray[np.uint8]) -> tuple[TappedBlock, ...]:
        """The blocks of one image (`MapEngine.compute`)."""
        require_own_threads()
        with self._alone:
            self._request.infer({0: np.ascontiguousarray(pixels[None])}, share_inputs=True)
            outputs = [self._request.get_output_tensor(place).data for place in range(len(self._kinds))]
            arrays = [np.array(output[0], dtype=np.float32) for output in outputs]
        return tuple(map(TappedBlock, self._kinds, arrays))
