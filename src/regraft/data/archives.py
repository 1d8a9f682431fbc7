"""The archives of a data set: fetched once, recognised when they are there, thrown away when they are not right."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from regraft.core import FetchError, Value, atomic_path
from regraft.data.downloads import fetch_file
from regraft.data.unpacking import unpack_images

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.data.catalog import Archive
    from regraft.data.connections import Web


class FetchedArchive(Value):
    """One file as it came: `sha256` was computed from it, and only where `is_verified` did the catalogue know it."""

    url: str
    n_bytes: int
    sha256: str
    is_verified: bool
    fetched: str
    """Day, UTC."""


def fetch_archive(archive: Archive, folder: Path, *, progress: Progress, web: Web) -> FetchedArchive:
    """Make sure that an archive is in `folder`, whole.

    Where its digest is known, a file with another one is refused and removed. Where none is known, any file that the
    publisher's server gives over https is taken; its digest is noted in `NAME.json`, and a file that has another one
    when it is used again is fetched anew.

    Returns:
        What was fetched, now or before.

    Raises:
        FetchError: It cannot be had, or is not the file that is known.
        StoreError: The disk has no room for it.
        OSError: It cannot be written or read.
    """
    path = folder / archive.file_name
    note = folder / f"{archive.file_name}.json"
    if path.is_file():
        before, found = _read_note(note), _describe(path, archive)
        if found.sha256 == (before or found).sha256:
            return (before or found).model_copy(update={"is_verified": found.is_verified})
        progress.say(f"{archive.file_name} has changed on the disk: fetching it again.")
        path.unlink()
    fetch_file(archive.url, path, n_bytes_max=archive.n_bytes_max, progress=progress, web=web)
    found = _describe(path, archive)
    with atomic_path(note) as aside:
        aside.write_text(found.model_dump_json(), "utf-8")
    return found


def unpack_archive(archive: Archive, folder: Path, target: Path, *, progress: Progress) -> int:
    """Write the images of the archive in `folder` to class folders in `target`; remove an archive that is refused.

    Returns:
        How many images there are.

    Raises:
        FetchError: It is damaged or hostile.
        StoreError: The disk has no room for the images.
        OSError: They cannot be written.
    """
    path = folder / archive.file_name
    try:
        return unpack_images(
            path, target, images=archive.images, n_bytes_max=archive.n_unpacked_bytes_max, progress=progress
        )
    except FetchError as error:
        path.unlink()
        raise FetchError(
            f"{error} It was removed: run the same command again to fetch it anew. If this happens again, report it."
        ) from error


def _describe(path: Path, archive: Archive) -> FetchedArchive:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if archive.sha256 not in (None, digest):
        path.unlink()
        raise FetchError(
            f"{archive.file_name} is not the published file: its SHA-256 is {digest[:16]}…, expected "
            f"{str(archive.sha256)[:16]}…. It was removed: run the same command again to fetch it anew. If it differs "
            "again, the publisher has changed it: update Regraft, or report this."
        )
    return FetchedArchive(
        url=archive.url,
        n_bytes=path.stat().st_size,
        sha256=digest,
        is_verified=archive.sha256 is not None,
        fetched=datetime.now(UTC).date().isoformat(),
    )


def _read_note(path: Path) -> FetchedArchive | None:
    try:
        return FetchedArchive.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
