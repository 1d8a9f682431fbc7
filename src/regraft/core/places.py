"""Where Regraft keeps what it can compute again."""

from __future__ import annotations

import os
from pathlib import Path

from regraft.core.paths import as_path, registered_home

CACHE_VARIABLE = "REGRAFT_CACHE"
NO_CACHE = Path("/nonexistent/regraft")
"""The cache of a user who has no home and chose no place: it cannot be written, which is said where it matters."""


def cache_folder() -> Path:
    """The cache: `$REGRAFT_CACHE`, or the place that the system means for caches.

    Everything below it can be deleted at any time and is computed again when needed.
    """
    if chosen := os.environ.get(CACHE_VARIABLE):
        return as_path(chosen, CACHE_VARIABLE).resolve()
    import platformdirs

    if os.name == "nt" or os.environ.get("HOME") or os.environ.get("XDG_CACHE_HOME"):
        return Path(platformdirs.user_cache_path("regraft"))
    home = registered_home()
    return NO_CACHE if home is None else home / ".cache" / "regraft"


def is_writable(folder: Path) -> bool:
    """Whether a folder, there or not yet, can be written to as far as permissions tell."""
    for place in (folder, *folder.parents):
        try:
            place.lstat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return False


def n_usable_cores() -> int:
    """How many processors this process may run on, or how many it has agreed to use (`share_cores`)."""
    if _shared:
        return _shared[-1]
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_cores(n_cores: int) -> None:
    """Use so many processors from now on: the others are for processes that came to the same agreement."""
    _shared.append(n_cores)


_shared: list[int] = []
