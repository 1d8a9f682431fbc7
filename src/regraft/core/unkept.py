"""What cannot be kept in the cache: where it lies for the time of this process, and what is said of it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from pathlib import Path

from regraft.core.errors import StoreError
from regraft.core.places import CACHE_VARIABLE
from regraft.core.text import shortened

_reasons: dict[Path, str] = {}
_scratch: dict[int, Path] = {}
_making = threading.Lock()


def note_unkept(cache: Path, error: Exception) -> None:
    """Remember that something could not be kept in a cache, and why: the first reason is the one that is told."""
    _reasons.setdefault(cache, shortened(getattr(error, "strerror", None) or str(error), 160))


def unkept_sentence(cache: Path) -> str | None:
    """What a user should know of a cache that could not be written in this process; None where all was kept."""
    if (reason := _reasons.get(cache)) is None:
        return None
    return (
        f"The cache {cache} cannot be written ({reason}): features and converted networks are not kept, and the next "
        f"run computes them again. Set {CACHE_VARIABLE} to a folder that can be written."
    )


def scratch_folder() -> Path:
    """A folder of this process's own among the system's temporary files, removed at its end.

    Raises:
        StoreError: There is no place for temporary files either.
    """
    with _making:
        if (process := os.getpid()) not in _scratch:
            try:
                folder = Path(tempfile.mkdtemp(prefix="regraft-"))
            except OSError as error:
                raise StoreError(
                    f"Neither the cache nor the folder for temporary files can be written ({error}). "
                    f"Set {CACHE_VARIABLE} to a folder that can be written."
                ) from error
            _scratch[process] = folder
            atexit.register(_remove, process, folder)
        return _scratch[process]


def _remove(process: int, folder: Path) -> None:
    if os.getpid() == process:  # not a child that was forked since
        shutil.rmtree(folder, ignore_errors=True)
