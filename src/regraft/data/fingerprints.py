"""Content hashes of files, in threads."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from regraft.core import SilentProgress, digest_file, n_usable_cores
from regraft.data.unreadable import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.core import Progress

_N_FILES_A_TASK = 16
"""Few enough for a smooth progress bar, enough that a million files need no million tasks."""


@dataclass(frozen=True)
class Fingerprints:
    """What files contain, as hashes.

    Attributes:
        digests: n BLAKE3 hashes (hexadecimal); None for a file that cannot be read.
        unreadable: One record for each of those, in the files' order.
    """

    digests: tuple[str | None, ...]
    unreadable: tuple[Unreadable, ...]


def fingerprint_files(
    files: Sequence[Path], *, n_threads: int | None = None, progress: Progress | None = None
) -> Fingerprints:
    """Hash files. A file that is missing, empty, forbidden or no file is reported, never raised.

    Files are read a piece at a time, whatever their size. An interruption (or an error of `progress`) ends the threads
    after the files that they are at.

    Args:
        files: n files.
        n_threads: None for one on each usable core.
        progress: Where to report.
    """
    progress = progress or SilentProgress()
    progress.start("Reading files", len(files), unit="files")
    parts = [files[start : start + _N_FILES_A_TASK] for start in range(0, len(files), _N_FILES_A_TASK)]
    answers: list[str | Unreadable] = []
    stop = Event()
    with ThreadPoolExecutor(n_threads or n_usable_cores(), thread_name_prefix="fingerprint") as pool:
        try:
            for found in pool.map(partial(_fingerprint_part, stop=stop), parts):
                answers += found
                progress.advance(len(found))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Fingerprints(
        tuple(answer if isinstance(answer, str) else None for answer in answers),
        tuple(answer for answer in answers if isinstance(answer, Unreadable)),
    )


def explain_os_error(path: Path, error: OSError) -> Unreadable:
    """The record of a file that the system does not let us read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return Unreadable(path=str(path), reason=Reason.MISSING, detail="there is no such file")
    if isinstance(error, PermissionError):
        return Unreadable(path=str(path), reason=Reason.NO_PERMISSION, detail="the system forbids reading it")
    if isinstance(error, IsADirectoryError):
        return Unreadable(path=str(path), reason=Reason.NOT_AN_IMAGE, detail="it is a folder")
    return Unreadable(path=str(path), reason=Reason.UNREADABLE, detail=error.strerror or type(error).__name__)


def _fingerprint_part(files: Sequence[Path], stop: Event) -> list[str | Unreadable]:
    return [_fingerprint(path) for path in files if not stop.is_set()]


def _fingerprint(path: Path) -> str | Unreadable:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return explain_os_error(path, IsADirectoryError())
        if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for ever
            return Unreadable(path=str(path), reason=Reason.NOT_AN_IMAGE, detail="it is no ordinary file")
        if status.st_size == 0:
            return Unreadable(path=str(path), reason=Reason.EMPTY, detail="the file has no bytes")
        return digest_file(path)
    except OSError as error:
        return explain_os_error(path, error)
    except ValueError:  # a path with a null byte
        return Unreadable(path=str(path), reason=Reason.MISSING, detail="there can be no such file")
