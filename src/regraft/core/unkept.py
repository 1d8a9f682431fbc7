"""What cannot be kept in the cache: where it lies for the time of this process, and what is said of it."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from regraft.core.errors import StoreError
from regraft.core.locks import ThreadLock
from regraft.core.places import CACHE_VARIABLE, NO_CACHE
from regraft.core.text import shortened

_reasons: dict[Path, str] = {}
_scratch: dict[int, Path] = {}
_making = ThreadLock()


def note_unkept(cache: Path, error: Exception) -> None:
    """Remember that something could not be kept in a cache, and why: the first reason is the one that is told."""
    _reasons.setdefault(cache, shortened(getattr(error, "strerror", None) or str(error), 160))


def unkept_sentence(cache: Path) -> str | None:
    """What a user should know of a cache that could not be written in this process; None where all was kept."""
    if (reason := _reasons.get(cache)) is None:
        return None
    fact = (
        "This user has no home for a cache" if cache == NO_CACHE else f"The cache {cache} cannot be written ({reason})"
    )
    return (
        f"{fact}: features and converted networks are not kept, and the next "
        f"run computes them again. Set {CACHE_VARIABLE} to a folder that can be written."
    )


def kept_file(folder: Path, name: str) -> Path | None:
    """A file of a folder of the cache, or of the one that stands in for it in this process, if it is there."""
    scratch = _scratch.get(os.getpid())
    for place in (folder, *([] if scratch is None else [scratch / folder.name])):
        if os.path.isfile(path := place / name):  # noqa: PTH113 - Path's raises where a folder may not be entered
            return path
    return None


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
            if (pools := sys.modules.get("multiprocessing.util")) is not None:  # a pool's workers end without atexit
                pools.Finalize(None, _remove, args=(process, folder), exitpriority=0)
        return _scratch[process]


def _remove(process: int, folder: Path) -> None:
    if os.getpid() == process:  # not a child that was forked since
        shutil.rmtree(folder, ignore_errors=True)
