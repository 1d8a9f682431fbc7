"""Contents of objects that were read and will be asked for once more, in bounds."""

from __future__ import annotations

from threading import Lock

_N_BYTES_MAX = 512 << 20


class HeldContents:
    """What was read to be hashed, until it is decoded: each is given once. The oldest go when it is too much.

    Args:
        n_bytes_max: How much is held at most.
    """

    def __init__(self, n_bytes_max: int = _N_BYTES_MAX) -> None:
        self.n_bytes_max = n_bytes_max
        self._lock = Lock()
        self._contents: dict[str, bytes] = {}
        self._n_bytes = 0

    def hold(self, address: str, content: bytes) -> None:
        """Keep a content until it is taken."""
        with self._lock:
            self._drop(address)
            self._contents[address] = content
            self._n_bytes += len(content)
            while self._n_bytes > self.n_bytes_max:
                self._drop(next(iter(self._contents)))

    def take(self, address: str) -> bytes | None:
        """A content, if it is still held."""
        with self._lock:
            return self._drop(address)

    def _drop(self, address: str) -> bytes | None:
        content = self._contents.pop(address, None)
        self._n_bytes -= len(content or b"")
        return content
