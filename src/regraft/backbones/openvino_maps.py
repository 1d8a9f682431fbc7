"""What a network's features are pooled from, by OpenVINO."""

from __future__ import annotations

from collections import deque
from itertools import cycle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.backbones.choice import TappedBlock, TappedImage
from regraft.backbones.openvino_door import openvino_core
from regraft.backbones.processes import keep_through_forks, note_network, require_own_threads
from regraft.core import ThreadLock, n_usable_cores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.backbones.layers import Tap

_NOTE = "regraft_taps"


def note_taps(model: Any, taps: Sequence[Tap]) -> None:
    """Write into a graph how each of its outputs behind the first is pooled; a saved graph keeps it."""
    model.set_rt_info("+".join(tap.kind for tap in taps), _NOTE)


class OpenVinoMaps:
    """Runs a graph that shows what it pools (`graphs.open_graph`), image by image, for any number of threads.

    Args:
        graph: An `openvino.Model`.
        precision: Of the arithmetic.
    """

    def __init__(self, graph: Any, precision: Literal["fp32", "bf16"]) -> None:
        self._kinds = str(graph.get_rt_info(_NOTE).value).split("+")
        n_streams = min(2, n_threads := n_usable_cores())
        settings = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            "NUM_STREAMS": n_streams,
            "INFERENCE_NUM_THREADS": n_threads,
            "ENABLE_CPU_PINNING": False,
        }
        compiled = openvino_core().compile_model(graph, "CPU", settings)
        self._requests = [compiled.create_infer_request() for _ in range(n_streams)]
        self._alone = ThreadLock()
        keep_through_forks(self)
        note_network()

    def compute(self, pixels: NDArray[np.uint8]) -> list[TappedImage]:
        """Images' features and blocks (`MapEngine.compute`)."""
        require_own_threads()
        found: list[TappedImage] = []
        running: deque[Any] = deque()
        with self._alone:
            try:
                for image, request in zip(pixels, cycle(self._requests), strict=False):
                    if len(running) == len(self._requests):
                        found.append(self._result(running.popleft()))
                    request.start_async({0: np.ascontiguousarray(image[None])})
                    running.append(request)
            finally:  # also after Ctrl-C: a request that is busy cannot be started
                found += map(self._result, running)
        return found

    def _result(self, request: Any) -> TappedImage:
        request.wait()
        outputs = [request.get_output_tensor(place).data[0] for place in range(1 + len(self._kinds))]
        features, *arrays = (np.array(output, dtype=np.float32) for output in outputs)
        return TappedImage(features, tuple(map(TappedBlock, self._kinds, arrays)))
