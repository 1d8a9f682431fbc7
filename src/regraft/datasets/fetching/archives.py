"""The archives of a data set: brought by the user, or fetched once and recognised when they are there."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from regraft.core import FetchError, OptionError, Value, atomic_path, megabytes
from regraft.datasets.fetching.downloads import fetch_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regraft.core import Progress
    from regraft.datasets.catalog.published import Archive, Dataset
    from regraft.datasets.fetching.connections import Web

_N_PIECE_BYTES = 1 << 20


class FetchedArchive(Value):
    """One file as it came: `sha256` was computed from it, and only where `is_verified` did the catalogue know it."""

    url: str
    n_bytes: int
    sha256: str
    is_verified: bool
    fetched: str
    """Day, UTC."""
    is_brought: bool = False
    """The user had it: it was not fetched from `url`."""


@dataclass(frozen=True)
class Source:
    """The file that an archive is, or the folder that stands for it.

    Attributes:
        archive: What it is.
        path: Where it is.
        record: What is kept of it; None for a folder, of which no digest is known.
    """

    archive: Archive
    path: Path
    record: FetchedArchive | None

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Unpack within: a fetched file that is refused is removed, a brought one is left alone.

        Raises:
            FetchError: It was refused.
        """
        try:
            yield
        except FetchError as error:
            if self.record is None or self.record.is_brought:
                raise FetchError(f"{error} It is at {self.path}: bring another copy of it.") from error
            self.path.unlink()
            raise FetchError(
                f"{error} It was removed: run the same command again to fetch it anew. If this happens again, report "
                "it."
            ) from error


def find_brought(row: Dataset, folder: Path | None) -> dict[str, Path]:
    """What the user has of a data set: file or unpacked folder by the archive's name.

    Raises:
        OptionError: The folder is none, or has nothing of it.
        FetchError: A file is not there that is never fetched, because its licence needs an account.
    """
    found = {} if folder is None else _find_files(row, folder)
    missing = [archive for archive in row.archives if archive.needs_account and archive.file_name not in found]
    if missing:
        raise FetchError(
            f"{row.name} cannot be fetched without an account (licence: {row.licence}). Register at {row.account} and "
            f"download the files there. {_how_to_bring(missing)}"
        )
    return found


def _find_files(row: Dataset, folder: Path) -> dict[str, Path]:
    choices = {
        archive.file_name: (folder / archive.file_name, *([folder / archive.unpacked] if archive.unpacked else []))
        for archive in row.archives
    }
    found = {
        name: path for name, paths in choices.items() if (path := next((path for path in paths if path.exists()), None))
    }
    if not found:
        raise OptionError(
            f"{folder} has none of the files of {row.name}, as their publishers name them: {', '.join(choices)}."
        )
    return found


def gather_archives(
    row: Dataset, brought: dict[str, Path], staging: Path, *, progress: Progress, web: Web
) -> dict[str, Source]:
    """All archives of a data set, verified: those that were brought where they are, the others fetched to `staging`.

    Args:
        row: The data set.
        brought: Archives that are here already, by their names.
        staging: Where the others go.
        progress: Where to report.
        web: How the publishers' servers are reached.

    Returns:
        What stands for each archive, by its name; an optional one that cannot be had is missing.

    Raises:
        FetchError: One cannot be had, or is not the file that is known. The message says what to bring.
        StoreError: The disk has no room for it.
        OSError: It cannot be written or read.
    """
    wanted = [archive for archive in row.archives if archive.file_name not in brought]
    fetched: dict[str, Source] = {}
    for place, archive in enumerate(wanted):
        try:
            record = _fetch_archive(archive, staging, progress=progress, web=web)
        except _CannotFetchError as error:
            if archive.is_optional:
                progress.say(f"{error} It is left out.")
                continue
            raise FetchError(f"{error} {_how_to_bring(wanted[place:])}") from error.__cause__
        fetched[archive.file_name] = Source(archive, staging / archive.file_name, record)
    return {
        archive.file_name: fetched.get(archive.file_name) or _take(archive, brought[archive.file_name], progress)
        for archive in row.archives
        if archive.file_name in brought or archive.file_name in fetched
    }


class _CannotFetchError(FetchError):
    """The publisher's server does not give a file."""


def _fetch_archive(archive: Archive, folder: Path, *, progress: Progress, web: Web) -> FetchedArchive:
    """Make sure that an archive is in `folder`, whole.

    Where its digest is known, a file with another one is refused and removed. Where none is known, any file that the
    publisher's server gives over https is taken; its digest is noted in `NAME.json`, and a file that has another one
    when it is used again is fetched anew.

    Args:
        archive: Which.
        folder: Where it goes.
        progress: Where to report.
        web: How the publisher's server is reached.

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
        before, found = _read_note(note), _accept(archive, path, progress)
        if found.sha256 == (before or found).sha256:
            return (before or found).model_copy(update={"is_verified": found.is_verified})
        progress.say(f"{archive.file_name} has changed on the disk: fetching it again.")
        path.unlink()
    try:
        fetch_file(archive.url, path, n_bytes_max=archive.n_bytes_max, progress=progress, web=web)
    except FetchError as error:
        raise _CannotFetchError(str(error)) from error
    found = _accept(archive, path, progress)
    with atomic_path(note) as aside:
        aside.write_text(found.model_dump_json(), "utf-8")
    return found


def _accept(archive: Archive, path: Path, progress: Progress) -> FetchedArchive:
    """Describe a fetched file; remove it if it is not the one that is known."""
    found = _describe(archive, path, progress)
    if archive.sha256 not in (None, found.sha256):
        path.unlink()
        raise FetchError(
            f"{_explain_other(archive, found)} It was removed: run the same command again to fetch it anew. If it "
            "differs again, the publisher has changed it: update Regraft, or report this."
        )
    return found


def _take(archive: Archive, path: Path, progress: Progress) -> Source:
    """What the user has; it is verified as what is fetched, and never removed."""
    if path.is_dir():
        progress.say(f"{path} is taken as it is: no digest of a folder is known.")
        return Source(archive, path, None)
    found = _describe(archive, path, progress)
    if archive.sha256 not in (None, found.sha256):
        raise FetchError(f"{_explain_other(archive, found)} It is at {path}: bring another copy of it.")
    return Source(archive, path, found.model_copy(update={"is_brought": True}))


def _describe(archive: Archive, path: Path, progress: Progress) -> FetchedArchive:
    n_bytes = path.stat().st_size
    progress.start(f"Checking {archive.file_name}", n_bytes, unit="bytes")
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_N_PIECE_BYTES):
            hasher.update(piece)
            progress.advance(len(piece))
    return FetchedArchive(
        url=archive.url,
        n_bytes=n_bytes,
        sha256=hasher.hexdigest(),
        is_verified=archive.sha256 is not None,
        fetched=datetime.now(UTC).date().isoformat(),
    )


def _read_note(path: Path) -> FetchedArchive | None:
    try:
        return FetchedArchive.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _how_to_bring(archives: Sequence[Archive]) -> str:
    files = ", ".join(
        f"{archive.file_name} ({', '.join(_facts(archive))})" for archive in archives if not archive.is_optional
    )
    return (
        f"To bring from elsewhere: {files}. Put what you have into one folder and run the same command with --archives "
        "FOLDER; it is checked as a download is."
    )


def _facts(archive: Archive) -> Iterator[str]:
    yield megabytes(archive.n_bytes_about)
    if not archive.needs_account:
        yield archive.url
    if archive.unpacked is not None:
        yield f"or the folder {archive.unpacked}"


def _explain_other(archive: Archive, found: FetchedArchive) -> str:
    return (
        f"{archive.file_name} is not the published file: its SHA-256 is {found.sha256[:16]}…, expected "
        f"{str(archive.sha256)[:16]}…."
    )
