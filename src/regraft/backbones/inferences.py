"""Inferences under way, on requests that are lent for as long as one takes."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.backbones.processes import require_own_threads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Inference:
    """A batch that is computed, or was.

    Args:
        request: What computes it.
        pixels: The whole input; it must live until it is used.
        n_valid: How many rows of the output are wanted.
    """

    def __init__(self, request: Any, pixels: NDArray[np.uint8], n_valid: int) -> None:
        self.request = request
        self.pixels = pixels
        self.n_valid = n_valid
        self.features: NDArray[np.float32] | None = None
        self.error: BaseException | None = None
        self.is_over = False


class Lender:
    """Lends requests to any number of streams, in any threads.

    Nobody keeps a request while something else than the network computes. Where none is idle, whoever wants one waits
    for the oldest inference, keeps its result for the stream that started it, and takes its request over. So streams
    that are slow, nested or given up never make others wait for more than one inference.

    Args:
        requests: OpenVINO's inference requests.
    """

    def __init__(self, requests: Sequence[Any]) -> None:
        self.n_requests = len(requests)
        self._idle = deque(requests)
        self._running: deque[Inference] = deque()
        self._changed = Condition()

    def start(self, pixels: NDArray[np.uint8], n_valid: int) -> Inference:
        """Begin to compute a batch, as soon as a request can be had.

        Raises:
            BackboneError: The process was forked after a network had been used.
        """
        require_own_threads()
        inference = Inference(self._borrow(), pixels, n_valid)
        with self._changed:
            try:
                inference.request.start_async({0: pixels}, share_inputs=True)
            except BaseException:
                self._give_back(inference.request)
                raise
            self._running.append(inference)
            self._changed.notify_all()
        return inference

    def finish(self, inference: Inference) -> NDArray[np.float32]:
        """The features of a batch, as soon as they are there; to be asked once.

        Raises:
            BackboneError: The process was forked after a network had been used.
        """
        require_own_threads()
        with self._changed:
            is_ours = inference in self._running
            if is_ours:
                self._running.remove(inference)
            else:
                self._changed.wait_for(lambda: inference.is_over)
        if is_ours:
            self._give_back(self._settle(inference))
        if inference.features is None:
            assert inference.error is not None
            raise inference.error
        return inference.features

    def _borrow(self) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._running)
            if self._idle:
                return self._idle.popleft()
            oldest = self._running.popleft()
        return self._settle(oldest)

    def _give_back(self, request: Any) -> None:
        with self._changed:
            self._idle.append(request)
            self._changed.notify_all()

    def _settle(self, inference: Inference) -> Any:
        """Wait for an inference that nobody else waits for, and keep its result; its request is then free."""
        try:
            inference.request.wait()
            rows = inference.request.get_output_tensor(0).data[: inference.n_valid]
            inference.features = np.array(rows, dtype=np.float32)
        except BaseException as error:
            inference.error = error
            if not isinstance(error, Exception):  # Ctrl-C, perhaps before the end
                inference.request.wait()
                self._give_back(inference.request)
                raise
        finally:
            with self._changed:
                inference.is_over = True
                self._changed.notify_all()
        return inference.request
