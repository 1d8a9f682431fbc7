"""Content hashes of files, in threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import SilentProgress, digest_file, n_usable_cores
from regraft.data.unreadable import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.core import Progress


@dataclass(frozen=True)
class Fingerprints:
    """What files contain, as hashes.

    Attributes:
        digests: n BLAKE3 hashes (hexadecimal); None for a file that cannot be read.
        unreadable: One record for each of those.
    """

    digests: tuple[str | None, ...]
    unreadable: tuple[Unreadable, ...]


def fingerprint_files(
    files: Sequence[Path], *, n_threads: int | None = None, progress: Progress | None = None
) -> Fingerprints:
    """Hash files. A file that is missing, empty or forbidden is reported, never raised.

    Args:
        files: n files.
        n_threads: None for one on each usable core.
        progress: Where to report.
    """
    progress = progress or SilentProgress()
    progress.start("Reading files", len(files), unit="files")
    answers: list[str | Unreadable] = []
    with ThreadPoolExecutor(n_threads or n_usable_cores()) as pool:
        try:
            for answer in pool.map(_fingerprint, files):
                answers.append(answer)
                progress.advance()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Fingerprints(
        tuple(answer if isinstance(answer, str) else None for answer in answers),
        tuple(answer for answer in answers if isinstance(answer, Unreadable)),
    )


def explain_os_error(path: Path, error: OSError) -> Unreadable:
    """The record of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return Unreadable(path=str(path), reason=Reason.MISSING, detail="there is no such file")
    if isinstance(error, PermissionError):
        return Unreadable(path=str(path), reason=Reason.NO_PERMISSION, detail="the system forbids reading it")
    if isinstance(error, IsADirectoryError):
        return Unreadable(path=str(path), reason=Reason.NOT_AN_IMAGE, detail="it is a folder")
    return Unreadable(path=str(path), reason=Reason.UNREADABLE, detail=error.strerror or type(error).__name__)


def _fingerprint(path: Path) -> str | Unreadable:
    try:
        if path.stat().st_size == 0 and path.is_file():
            return Unreadable(path=str(path), reason=Reason.EMPTY, detail="the file has no bytes")
        return digest_file(path)
    except OSError as error:
        return explain_os_error(path, error)
    except ValueError:  # a path with a null byte
        return Unreadable(path=str(path), reason=Reason.MISSING, detail="there can be no such file")
