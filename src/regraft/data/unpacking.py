"""Images out of a zip file that is trusted with nothing: names, kinds, numbers and sizes are checked before writing."""

from __future__ import annotations

import errno
import re
import shutil
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

from regraft.core import FetchError, plural, require_space, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.core import Progress

_N_MEMBERS_MAX = 100_000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError)
"""What zipfile raises for archives that are broken."""
_KINDS = frozenset({0, stat.S_IFREG, stat.S_IFDIR})
"""What a member may be, as Unix sees it; 0 where the archive does not say."""


def unpack_images(archive: Path, folder: Path, *, images: str, n_bytes_max: int, progress: Progress) -> int:
    """Write the images of an archive to `folder/CLASS/NAME`. All other members are left out.

    Args:
        archive: A zip file.
        folder: Where the class folders will be made.
        images: Regular expression on the whole name of a member that is an image, with groups `class` and `name`, which
            are plain file names.
        n_bytes_max: An archive whose images are larger is refused.
        progress: Where to report.

    Returns:
        How many images were written.

    Raises:
        FetchError: The archive is damaged or hostile; before any image of a hostile one is written.
        StoreError: The disk has no room for them.
        OSError: They cannot be written.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            chosen = _choose(archive, _checked(archive, opened, n_bytes_max), re.compile(images, re.ASCII))
            folder.mkdir(parents=True)
            require_space(folder, sum(member.file_size for member in chosen.values()), f"Unpacking {archive.name}")
            progress.start(f"Unpacking {archive.name}", len(chosen))
            for name, member in chosen.items():
                _write(opened, member, folder / name)
                progress.advance()
    except _DAMAGE as error:
        raise FetchError(f"{archive.name} is damaged ({shortened(str(error), 160) or 'it is cut off'}).") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to before the beginning, as a damaged archive asks for
            raise
        raise FetchError(f"{archive.name} is damaged (a place in it lies outside of it).") from error
    return len(chosen)


def _checked(archive: Path, opened: zipfile.ZipFile, n_bytes_max: int) -> list[zipfile.ZipInfo]:
    """All members. One bad one spoils the archive: whoever made it did not mean well."""
    members = opened.infolist()
    if len(members) > _N_MEMBERS_MAX:
        raise FetchError(f"{archive.name} is refused: it has {len(members):,} members, more than {_N_MEMBERS_MAX:,}.")
    for member in members:
        if fault := next(_faults(member), None):
            raise FetchError(f"{archive.name} is refused: its member {shortened(member.orig_filename)!r} {fault}.")
    n_bytes = sum(member.file_size for member in members)
    if n_bytes > n_bytes_max:
        raise FetchError(
            f"{archive.name} is refused: unpacked it would have {n_bytes:,} bytes, more than {n_bytes_max:,}."
        )
    return members


def _faults(member: zipfile.ZipInfo) -> Iterator[str]:
    name = member.orig_filename
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        yield "has an absolute path"
    if ".." in name.replace("\\", "/").split("/"):
        yield "leads out of the folder"
    if "\\" in name or not name.isprintable():
        yield "has characters in its name that no archive of images needs"
    if stat.S_IFMT(member.external_attr >> 16) not in _KINDS:
        yield "is a link or a device, not a file"
    if member.flag_bits & 1:
        yield "is encrypted"
    if member.compress_type not in _METHODS:
        yield f"is compressed by method {member.compress_type}, which is not expected"


def _choose(archive: Path, members: list[zipfile.ZipInfo], images: re.Pattern[str]) -> dict[str, zipfile.ZipInfo]:
    """The images by where they go: `CLASS/NAME`."""
    chosen: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for member in members:
        found = None if member.is_dir() else images.fullmatch(member.filename)
        if found is None:
            continue
        name = f"{found['class']}/{found['name']}"
        if name.lower() in folded:  # many systems take a.ppm and A.ppm for one file
            raise FetchError(f"{archive.name} is refused: it has {shortened(name)!r} twice.")
        folded.add(name.lower())
        chosen[name] = member
    if not chosen:
        first = shortened(members[0].filename) if members else "none"
        raise FetchError(
            f"{archive.name} has none of the expected images ({plural(len(members), 'member')}, first: {first})."
        )
    return chosen


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """Write one image: as many bytes as its member declares, whose CRC `zipfile` checks at the end."""
    path.parent.mkdir(exist_ok=True)
    with opened.open(member) as source, path.open("xb") as file:
        shutil.copyfileobj(source, file)
        if file.tell() != member.file_size:
            raise zipfile.BadZipFile(f"{member.filename} is cut off")
