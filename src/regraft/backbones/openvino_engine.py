"""The CPU engine: OpenVINO on a graph."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from regraft.backbones.inferences import Lender
from regraft.backbones.lone_images import LoneImages
from regraft.backbones.openvino_door import openvino_core
from regraft.backbones.processes import keep_through_forks, note_network
from regraft.core import n_usable_cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from regraft.backbones.inferences import Inference


class OpenVinoEngine:
    """Runs a graph on the processor.

    Two inferences run side by side and a third waits, so that no core is idle while results are
    fetched. A batch smaller than the graph's is filled up, or computed image by image where that gives the same bits
    (`lone_images`): features never depend on the company.
    Any number of threads can use it; they share its two inferences at a time.

    Args:
        graph: An `openvino.Model`.
        precision: Of the arithmetic; features are float32 either way.
        n_threads: Threads for inference; None for all usable cores.
    """

    name = "openvino"
    device = "cpu"

    def __init__(self, graph: Any, precision: Literal["fp32", "bf16"], *, n_threads: int | None = None) -> None:
        self.precision: str = precision
        n_threads = n_threads or n_usable_cores()
        n_streams = min(2, n_threads)
        settings = {
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[precision],
            "NUM_STREAMS": n_streams,
            "INFERENCE_NUM_THREADS": n_threads,
            "ENABLE_CPU_PINNING": False,  # decoding threads share the cores
        }
        compiled = openvino_core().compile_model(graph, "CPU", settings)
        self._lender = Lender([compiled.create_infer_request() for _ in range(n_streams + 1)])
        keep_through_forks(self)
        note_network()
        self.batch_size = int(compiled.inputs[0].shape[0])
        self.n_features = int(compiled.outputs[0].shape[1])
        self._lone = LoneImages(graph, settings, n_streams + 1)

    def stream(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Features of batches, in their order (`Engine.stream`)."""
        running: deque[_Begun] = deque()
        for batch in batches:
            running.append(self._begin(batch))
            if len(running) == self._lender.n_requests:
                yield running.popleft().finish()
        while running:
            yield running.popleft().finish()

    def _begin(self, batch: NDArray[np.uint8]) -> _Begun:
        """Begin to compute a batch: image by image, where there are few and that is known to give the same."""
        lender = None
        if 0 < len(batch) < self.batch_size:
            lender = self._lone.lender(batch[:1], lambda image: self._begin_filled(image).finish())
        if lender is None:
            return self._begin_filled(batch)
        images = np.ascontiguousarray(batch)
        return _Begun(lender, [lender.start(images[row : row + 1], 1) for row in range(len(images))])

    def _begin_filled(self, batch: NDArray[np.uint8]) -> _Begun:
        return _Begun(self._lender, [self._lender.start(self._filled(batch), len(batch))])

    def _filled(self, batch: NDArray[np.uint8]) -> NDArray[np.uint8]:
        n_missing = self.batch_size - len(batch)
        if n_missing == 0:
            return np.ascontiguousarray(batch)
        return np.concatenate([batch, np.zeros((n_missing, *batch.shape[1:]), np.uint8)])


class _Begun(NamedTuple):
    """A batch under way."""

    lender: Lender
    inferences: list[Inference]

    def finish(self) -> NDArray[np.float32]:
        """Its features."""
        rows = [self.lender.finish(one) for one in self.inferences]
        return rows[0] if len(rows) == 1 else np.concatenate(rows)
