"""A bound on memory while another library reads a file that it may compute with."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Iterator

_bounding = ThreadLock()


@contextmanager
def bounded_memory(n_bytes: int) -> Iterator[None]:
    """Let this process have only so much more memory meanwhile; what wants more fails. Linux only.

    Args:
        n_bytes: More than it has now.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    with _bounding:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        former, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = pages * resource.getpagesize() + n_bytes
        bound = min([wanted, *(one for one in (former, most) if one != resource.RLIM_INFINITY)])
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (former, most))
