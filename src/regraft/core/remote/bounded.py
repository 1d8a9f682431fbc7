"""Whole objects, unless they are too large: nobody knows what lies under an image's name."""

from __future__ import annotations

import errno
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from regraft.core.remote.addresses import is_on_the_web

if TYPE_CHECKING:
    import os

_N_FIRST_BYTES = 64 << 20
"""What is longer is measured before the rest is asked for; what is shorter, nearly all, costs one request."""
_ONE_AT_A_TIME = Lock()
"""Of the large ones: many at once would not fit into the memory."""


class RangedPath(Protocol):
    """What is asked of the path of an object."""

    address: str

    def read_bytes(self) -> bytes:
        """All of it."""

    def read_range(self, start: int, n_bytes: int, /) -> bytes:
        """Some of it, less at its end."""

    def stat(self) -> os.stat_result:
        """With its size."""


def read_bounded(path: RangedPath, n_bytes_max: int) -> bytes:
    """All bytes of an object.

    Args:
        path: The object.
        n_bytes_max: A larger one is not read.

    Raises:
        OSError: There is no such object, the store does not give it, or it is too large (EFBIG).
    """
    if is_on_the_web(path.address):  # where servers may know no ranges
        _require_size(path, n_bytes_max)
        return path.read_bytes()
    n_first = min(_N_FIRST_BYTES, n_bytes_max + 1)
    try:
        first = path.read_range(0, n_first)
    except OSError as error:
        if "range" in str(error.strerror).lower() and path.stat().st_size == 0:  # it has no first byte
            return b""
        raise
    if len(first) < n_first:
        return first
    n_bytes = _require_size(path, n_bytes_max)
    with _ONE_AT_A_TIME:
        return first + path.read_range(n_first, n_bytes - n_first)


def _require_size(path: RangedPath, n_bytes_max: int) -> int:
    n_bytes = path.stat().st_size
    if n_bytes > n_bytes_max:
        raise OSError(errno.EFBIG, f"it has {n_bytes:,} bytes, and more than {n_bytes_max:,} are not read", str(path))
    return n_bytes
