"""Few images at a time: by a graph of one image, once that is known to give the same bits.

A graph of several images is filled up, so that features never depend on the company; for one image that is the work of
all of them. The same graph made for one image gives the same bits on the processors that we have seen, which no one
promises: so both compute an image once, and are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones.inferences import Lender
from regraft.backbones.openvino_door import openvino_core
from regraft.core import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

N_ASKED = 3
"""So often few images are asked about before a second graph is worth its time, a quarter of a second or more."""
N_BYTES_MAX = 256 << 20
"""Of a network's weights: there will be two of it."""


class LoneImages:
    """Makes the graph of one image when it is worth it.

    Args:
        graph: An `openvino.Model` of several images.
        settings: That it is compiled with.
        n_requests: Inferences at a time.
    """

    def __init__(self, graph: Any, settings: Mapping[str, Any], n_requests: int) -> None:
        self._graph = graph if _n_bytes(graph) <= N_BYTES_MAX else None
        self._settings = settings
        self._n_requests = n_requests
        self._n_asked = 0
        self._lender: Lender | None = None
        self._alone = ThreadLock()

    def lender(
        self, image: NDArray[np.uint8], compute: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    ) -> Lender | None:
        """What computes images one by one; None as long as that is not known to give the same.

        Args:
            image: (1, h, w, 3) uint8, one of those that are asked about now.
            compute: Its features (1, d) as the graph of several images has them.
        """
        if self._lender is not None or self._graph is None:
            return self._lender
        with self._alone:
            self._n_asked += 1
            if self._n_asked >= N_ASKED and self._graph is not None:
                graph, self._graph = self._graph, None
                self._lender = self._proven(graph, image, compute)
        return self._lender

    def _proven(
        self, graph: Any, image: NDArray[np.uint8], compute: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
    ) -> Lender | None:
        try:
            alone = graph.clone()
            alone.reshape([1, *image.shape[1:]])
            compiled = openvino_core().compile_model(alone, "CPU", self._settings)
            lender = Lender([compiled.create_infer_request() for _ in range(self._n_requests)])
            found = lender.finish(lender.start(np.ascontiguousarray(image), 1))
        except RuntimeError:  # a graph whose inner shapes were written down for several images
            return None
        return lender if np.array_equal(found, compute(image)) else None


def _n_bytes(graph: Any) -> int:
    """Of its weights."""
    return sum(one.get_byte_size() for one in graph.get_ops() if one.get_type_name() == "Constant")
