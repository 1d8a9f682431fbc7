"""Zip files that are trusted with nothing: names, kinds, numbers and sizes are checked before anything is written."""

from __future__ import annotations

import errno
import os
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from regraft.core import FetchError, quoted, require_space, shortened
from regraft.datasets.unpacking.members import Places, name_faults, refuse_beyond, refuse_many, write_member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.core import Progress
    from regraft.datasets.unpacking.members import Place

_N_MEMBERS_MAX = 200_000  # a zip's list of members is in memory
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)
"""What zipfile raises for archives that are broken."""
_N_END_BYTES_MAX = 22 + 0xFFFF
"""The record at the end of a zip file with the longest comment."""
_IN_ZIP64 = 0xFFFF
"""The count stands in another record, which `zipfile` reads."""
_KINDS = frozenset({0, stat.S_IFREG, stat.S_IFDIR})
"""What a member may be, as Unix sees it; 0 where the archive does not say."""


def unpack_zip(archive: Path, folder: Path, *, place: Place, n_bytes_max: int, progress: Progress) -> int:
    """Write the members of a zip file that have a place to `folder`. All others are left out.

    Args:
        archive: A zip file.
        folder: Where the places are.
        place: Where each member goes.
        n_bytes_max: An archive whose members are larger is refused.
        progress: Where to report.

    Returns:
        How many members were written.

    Raises:
        FetchError: The archive is damaged or hostile; before any member of a hostile one is written.
        StoreError: The disk has no room for them.
        OSError: They cannot be written.
    """
    with open_zip(archive, n_bytes_max) as opened:
        places = Places(archive.name, place)
        chosen = [
            (member, path)
            for member in opened.infolist()
            if not member.is_dir() and (path := places.choose(member.filename)) is not None
        ]
        places.require_some()
        folder.mkdir(parents=True, exist_ok=True)
        require_space(folder, sum(member.file_size for member, _path in chosen), f"Unpacking {archive.name}")
        progress.start(f"Unpacking {archive.name}", len(chosen))
        for member, path in chosen:
            with opened.open(member) as source:  # whose CRC `zipfile` checks at the end
                write_member(source, folder / path, member.file_size)
            progress.advance()
    return places.n_chosen


@contextmanager
def open_zip(archive: Path, n_bytes_max: int) -> Iterator[zipfile.ZipFile]:
    """A zip file all of whose members have been looked at; what is broken in it is an error in words.

    Raises:
        FetchError: The archive is damaged or hostile, or has more than `n_bytes_max` bytes, unpacked.
        OSError: It cannot be read.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            _check(archive, opened, n_bytes_max)
            _require_all(archive, opened)
            yield opened
    except _DAMAGE as error:
        raise FetchError(f"{archive.name} is damaged ({shortened(str(error), 160) or 'it is cut off'}).") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to before the beginning, as a damaged archive asks for
            raise
        raise FetchError(f"{archive.name} is damaged (a place in it lies outside of it).") from error


def _check(archive: Path, opened: zipfile.ZipFile, n_bytes_max: int) -> None:
    members = opened.infolist()
    refuse_many(archive.name, len(members), _N_MEMBERS_MAX)
    for member in members:
        if fault := next(_faults(member), None):
            raise FetchError(f"{archive.name} is refused: its member {quoted(member.orig_filename)} {fault}.")
    refuse_beyond(archive.name, sum(member.file_size for member in members), n_bytes_max)


def _require_all(archive: Path, opened: zipfile.ZipFile) -> None:
    """Look whether the list of members is whole.

    `zipfile` stops where the list is said to end, and compares a name with that in front of the content only when the
    member is read.

    Raises:
        BadZipFile: Members are missing, or a name was changed.
    """
    with archive.open("rb") as file:
        file.seek(-min(_N_END_BYTES_MAX, archive.stat().st_size), os.SEEK_END)
        end = file.read()
    members = opened.infolist()
    place = end.rfind(b"PK\5\6")
    (n_stated,) = struct.unpack_from("<H", end, place + 10)
    if n_stated not in (_IN_ZIP64, len(members) & 0xFFFF):
        raise zipfile.BadZipFile(f"it lists {len(members):,} members and counts {n_stated:,}")
    for member in members:
        opened.open(member).close()


def _faults(member: zipfile.ZipInfo) -> Iterator[str]:
    yield from name_faults(member.orig_filename)
    if stat.S_IFMT(member.external_attr >> 16) not in _KINDS:
        yield "is a link or a device, not a file"
    if member.flag_bits & 1:
        yield "is encrypted"
    if member.compress_type not in _METHODS:
        yield f"is compressed by method {member.compress_type}, which is not expected"
