"""Memory of a training on a CPU: pages that were given back are not asked for again."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
"""Numbers of `mallopt` (malloc.h)."""
_DEFAULTS = {_MMAP_MAX: 65536, _TRIM_THRESHOLD: 128 << 10, _TOP_PAD: 0}
_KEEPING = {_MMAP_MAX: 0, _TRIM_THRESHOLD: 2**31 - 1, _TOP_PAD: 256 << 20}


@contextlib.contextmanager
def kept_pages() -> Iterator[None]:
    """Within it, freed memory stays with the process, and goes back to the system at the end.

    A step allocates large tensors and frees them. By default the C library hands each back to the system and gets new
    pages for the next, which the kernel clears one by one: half of the time of a step of a whole network at 224 pixels.
    Other C libraries than glibc are left as they are.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        yield
        return
    for number, value in _KEEPING.items():
        library.mallopt(number, value)
    try:
        yield
    finally:
        for number, value in _DEFAULTS.items():
            library.mallopt(number, value)
        library.malloc_trim(0)
