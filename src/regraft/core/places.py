"""Where Regraft keeps what it can compute again."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "REGRAFT_CACHE"


def cache_folder() -> Path:
    """The cache: `$REGRAFT_CACHE`, or the place that the system means for caches.

    Everything below it can be deleted at any time and is computed again when needed.
    """
    if chosen := os.environ.get(CACHE_VARIABLE):
        return Path(chosen).expanduser().resolve()
    import platformdirs

    return Path(platformdirs.user_cache_path("regraft"))


def n_usable_cores() -> int:
    """How many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
