"""Contents of objects that were read and will be asked for again, in bounds."""

from __future__ import annotations

import time
from threading import Lock

_N_BYTES_MAX = 512 << 20
_SECONDS_MAX = 300.0
"""What was not asked for by then is forgotten: an object may change."""


class HeldContents:
    """What was read to be hashed, until it is decoded, by each network. The oldest go when it is too much.

    Args:
        n_bytes_max: How much is held at most.
        seconds_max: How long.
    """

    def __init__(self, n_bytes_max: int = _N_BYTES_MAX, seconds_max: float = _SECONDS_MAX) -> None:
        self.n_bytes_max, self.seconds_max = n_bytes_max, seconds_max
        self._lock = Lock()
        self._contents: dict[str, tuple[float, bytes, int]] = {}
        self._n_bytes = 0

    def hold(self, address: str, content: bytes, n_takes: int = 1) -> None:
        """Keep a content until it is taken for the last time."""
        with self._lock:
            self._drop(address)
            self._contents[address] = (time.monotonic(), content, n_takes)
            self._n_bytes += len(content)
            while self._n_bytes > self.n_bytes_max:
                self._drop(next(iter(self._contents)))

    def holds(self, address: str) -> bool:
        """Whether a content is still held."""
        return address in self._contents

    def take(self, address: str) -> bytes | None:
        """A content, if it is still held."""
        with self._lock:
            since, content, n_left = self._contents.get(address, (0.0, None, 0))
            if content is not None and n_left > 1:
                self._contents[address] = (since, content, n_left - 1)
            else:
                self._drop(address)
        return content if time.monotonic() - since <= self.seconds_max else None

    def forget(self, address: str) -> None:
        """Let a content go, whoever might still ask for it."""
        with self._lock:
            self._drop(address)

    def _drop(self, address: str) -> None:
        _since, content, _n_left = self._contents.pop(address, (0.0, b"", 0))
        self._n_bytes -= len(content)
