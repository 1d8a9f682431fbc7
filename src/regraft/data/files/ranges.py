"""Parts of an object in a store, read ahead where they are asked for one behind the other."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from regraft.core import N_REQUESTS

if TYPE_CHECKING:
    from regraft.core import RemotePath

_N_BLOCK_BYTES = 4 << 20
_N_BLOCKS_KEPT = 64
_N_TOUCHES = 3
"""A block is fetched as a whole when it is asked for the third time, or the one before it was."""


class RangeReader:
    """Reads ranges of an object, for threads at once.

    Ranges that lie close together (small records) come in blocks of 4 MiB, the next one on its way; ranges that lie far
    apart (large records of which only the head is wanted) come by themselves.

    Args:
        path: The object.
        n_bytes: Its size.
    """

    def __init__(self, path: RemotePath, n_bytes: int) -> None:
        self.path, self.n_bytes = path, n_bytes
        self._n_touches: dict[int, int] = {}

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Some of its bytes; fewer where it ends before.

        Raises:
            OSError: There is no such object any more, or the store does not give it.
        """
        n_bytes = min(n_bytes, self.n_bytes - offset)
        if n_bytes >= _N_BLOCK_BYTES:
            return self.path.read_range(offset, n_bytes)
        parts = []
        for number in range(offset // _N_BLOCK_BYTES, (offset + n_bytes - 1) // _N_BLOCK_BYTES + 1):
            start = number * _N_BLOCK_BYTES
            first, last = max(offset, start), min(offset + n_bytes, start + _N_BLOCK_BYTES)
            parts.append(self._read_in(number, first - start, last - start))
        return b"".join(parts)

    def _read_in(self, number: int, first: int, last: int) -> bytes:
        start = number * _N_BLOCK_BYTES
        with _LOCK:
            n_touches = self._n_touches[number] = self._n_touches.get(number, 0) + 1
            is_whole = (self, number) in _BLOCKS or (self, number - 1) in _BLOCKS or n_touches >= _N_TOUCHES
            future = self._fetch(number) if is_whole else None
            if future is not None and start + _N_BLOCK_BYTES < self.n_bytes:
                self._fetch(number + 1)
        if future is None:
            return self.path.read_range(start + first, last - first)
        try:
            return future.result()[first:last]
        except OSError:
            with _LOCK:
                _BLOCKS.pop((self, number), None)  # it is asked for again by whoever wants it next
            raise

    def _fetch(self, number: int) -> Future[bytes]:
        """A block, on its way or there; the lock is held."""
        key = (self, number)
        if (future := _BLOCKS.get(key)) is None:
            start = number * _N_BLOCK_BYTES
            n_bytes = min(_N_BLOCK_BYTES, self.n_bytes - start)
            future = _BLOCKS[key] = _pool().submit(self.path.read_range, start, n_bytes)
        _BLOCKS.move_to_end(key)
        while len(_BLOCKS) > _N_BLOCKS_KEPT:
            _BLOCKS.popitem(last=False)
        return future


_LOCK = Lock()
_BLOCKS: OrderedDict[tuple[RangeReader, int], Future[bytes]] = OrderedDict()
"""Those of all objects that were used last: 256 MiB."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(N_REQUESTS, thread_name_prefix="fetch")
