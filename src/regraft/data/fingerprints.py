"""Content hashes of files, in threads."""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import RemotePath, SilentProgress, digest_bytes, digest_file, in_threads
from regraft.data.files import (
    N_BYTES_MAX,
    Reason,
    StoredImage,
    Unreadable,
    UnreadableImageError,
    explain_os_error,
    n_readers,
    reading_order,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.core import Peers, Progress
    from regraft.data.files import ImageFile
    from regraft.data.manifest import Manifest

_N_FILES_A_TASK = 16
"""Few enough for a smooth progress bar, enough that a million files need no million tasks."""


@dataclass(frozen=True)
class Fingerprints:
    """What files contain, as hashes.

    Attributes:
        digests: n BLAKE3 hashes (hexadecimal); None for a file that cannot be read.
        unreadable: One record for each of those, in the files' order, and for what else was damaged.
    """

    digests: tuple[str | None, ...]
    unreadable: tuple[Unreadable, ...]


def fingerprint_manifest(
    manifest: Manifest, *, progress: Progress | None = None, peers: Peers | None = None
) -> Fingerprints:
    """Hash a manifest's images; what was found damaged when they were listed is reported, too.

    Args:
        manifest: The images.
        progress: Where to report.
        peers: The processes that share the reading; None for one alone.
    """
    files = manifest.files()
    if peers is None:
        prints = fingerprint_files(files, progress=progress)
    else:
        prints = _fingerprint_together(files, progress, peers)
    return replace(prints, unreadable=manifest.named(manifest.unreadable + prints.unreadable))


def _fingerprint_together(files: Sequence[ImageFile], progress: Progress | None, peers: Peers) -> Fingerprints:
    """Each process reads a stretch of what lies one behind the other."""
    parts = np.array_split(np.array(reading_order(files), np.int64), peers.size)
    mine = [files[row] for row in parts[peers.rank].tolist()]
    found = peers.together(lambda: fingerprint_files(mine, progress=progress))
    digests: list[str | None] = [None] * len(files)
    unreadable: dict[int, Unreadable] = {}
    for rows, prints in zip(parts, found, strict=True):
        records = iter(prints.unreadable)
        for row, digest in zip(rows.tolist(), prints.digests, strict=True):
            digests[row] = digest
            if digest is None:
                unreadable[row] = next(records)
    return Fingerprints(tuple(digests), tuple(unreadable[row] for row in sorted(unreadable)))


def fingerprint_files(
    files: Sequence[ImageFile], *, n_threads: int | None = None, progress: Progress | None = None, n_reads: int = 1
) -> Fingerprints:
    """Hash files. A file that is missing, empty, forbidden or no file is reported, never raised.

    Files are read a piece at a time, whatever their size; parts of larger files whole, in the order in which they lie
    there. An interruption (or an error of `progress`) ends the threads after the files that they are at.

    Args:
        files: n files, or parts of larger ones.
        n_threads: None for one on each usable core, and more where files are in an object store.
        progress: Where to report.
        n_reads: How often what is fetched from an object store will be read soon: so often it is given from memory.
    """
    progress = progress or SilentProgress()
    progress.start("Reading files", len(files), unit="files")
    order = reading_order(files)

    def fingerprint(source: ImageFile) -> str | Unreadable:
        return _fingerprint_any(source, n_reads)

    found = in_threads(
        fingerprint,
        [files[row] for row in order],
        progress,
        n_a_task=_N_FILES_A_TASK if n_readers(files) is None else 1,
        n_threads=n_threads or n_readers(files),
    )
    answers = [answer for _row, answer in sorted(zip(order, found, strict=True), key=itemgetter(0))]
    return Fingerprints(
        tuple(answer if isinstance(answer, str) else None for answer in answers),
        tuple(answer for answer in answers if isinstance(answer, Unreadable)),
    )


def _fingerprint_any(source: ImageFile, n_reads: int) -> str | Unreadable:
    if isinstance(source, StoredImage):
        return _fingerprint_stored(source)
    return _fingerprint_remote(source, n_reads) if isinstance(source, RemotePath) else _fingerprint(source)


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


def _fingerprint_remote(path: RemotePath, n_reads: int) -> str | Unreadable:
    try:
        content = path.read_and_hold(N_BYTES_MAX, n_reads)
    except OSError as error:
        return explain_os_error(path, error)
    if not content:
        return Unreadable(path=str(path), reason=Reason.EMPTY, detail="the file has no bytes")
    return digest_bytes(content)


def _fingerprint_stored(image: StoredImage) -> str | Unreadable:
    try:
        content = image.read()
    except UnreadableImageError as error:
        return Unreadable(path=str(image), reason=error.reason, detail=error.detail)
    if not content:
        return Unreadable(path=str(image), reason=Reason.EMPTY, detail="the image has no bytes")
    return digest_bytes(content)
