"""Tar files that are trusted with nothing, read as a stream: one member at a time, never more memory than a header."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Self, cast

from regraft.core import FetchError, quoted, shortened
from regraft.datasets.unpacking.members import Places, name_faults, refuse_beyond, write_member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regraft.core import Progress
    from regraft.datasets.unpacking.members import Place

_N_HEADER_BYTES_MAX = 1 << 20
"""Headers of one member, long names and other additions included; tarfile keeps them in memory."""
_N_PIECE_BYTES = 1 << 16
_DAMAGE = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, OverflowError, RecursionError)
"""What tarfile and gzip raise for archives that are broken."""


@dataclass(frozen=True)
class TarMember:
    """A file in a tar file.

    Attributes:
        name: Its whole name; of a member of a tar in a tar `OUTER/INNER`, where OUTER has lost its `.tar`.
        n_bytes: Its size.
        file: Its content, to be read before the next member is asked for.
    """

    name: str
    n_bytes: int
    file: IO[bytes]


def unpack_tar(
    archive: Path, folder: Path, *, place: Place, n_bytes_max: int, progress: Progress, is_nested: bool = False
) -> int:
    """Write the members of a tar file that have a place to `folder`. All others are left out.

    Args:
        archive: A `.tar`, `.tgz` or `.tar.gz` file.
        folder: Where the places are.
        place: Where each member goes.
        n_bytes_max: An archive with more bytes, decompressed, is refused.
        progress: Where to report.
        is_nested: It is a tar of tars.

    Returns:
        How many members were written.

    Raises:
        FetchError: The archive is damaged or hostile. What is in `folder` then is of no use.
        OSError: They cannot be written.
    """
    places = Places(archive.name, place)
    folder.mkdir(parents=True, exist_ok=True)
    with explain_damage(archive):
        for member in read_tar(archive, n_bytes_max=n_bytes_max, progress=progress, is_nested=is_nested):
            if (path := places.choose(member.name)) is not None:
                write_member(member.file, folder / path, member.n_bytes)
    places.require_some()
    return places.n_chosen


@contextmanager
def explain_damage(archive: Path) -> Iterator[None]:
    """Turn what tarfile and gzip raise for a broken archive into a sentence.

    Raises:
        FetchError: The archive is broken.
    """
    try:
        yield
    except _DAMAGE as error:
        raise FetchError(f"{archive.name} is damaged ({shortened(str(error), 160) or 'it is cut off'}).") from error


def read_tar(archive: Path, *, n_bytes_max: int, progress: Progress, is_nested: bool = False) -> Iterator[TarMember]:
    """The files in a tar file, one after the other; to be used within `explain_damage`.

    Args:
        archive: The file; one that ends in `gz` is unpacked.
        n_bytes_max: Most bytes that all of it may have.
        progress: Where to report.
        is_nested: Whether its members are tar files, whose files are meant.

    Raises:
        FetchError: The archive is hostile.
        OSError: It cannot be read.
    """
    n_total = archive.stat().st_size
    progress.start(f"Unpacking {archive.name}", n_total, unit="bytes")
    with archive.open("rb") as raw:
        is_gzip = archive.name.endswith("gz")
        stream = _Watched(cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_gzip else raw, archive.name, n_bytes_max)
        n_done = 0
        for member in _read_members(stream, archive.name):
            if is_nested:
                yield from _read_inner(member, archive.name)
            else:
                yield member
            progress.advance(raw.tell() - n_done)
            n_done = raw.tell()
        stream.finish()
        progress.advance(raw.tell() - n_done)


def _read_inner(outer: TarMember, archive: str) -> Iterator[TarMember]:
    stream = _Watched(outer.file, archive, outer.n_bytes)
    for member in _read_members(stream, archive):
        yield TarMember(f"{outer.name.removesuffix('.tar')}/{member.name}", member.n_bytes, member.file)
    stream.finish()


class _Watched:
    """A stream of bytes that ends loudly: when there are more than was agreed, or when a header is too large."""

    def __init__(self, stream: IO[bytes], archive: str, n_bytes_max: int) -> None:
        self._stream = stream
        self._archive = archive
        self._n_bytes_max = n_bytes_max
        self._n_bytes = 0
        self._n_allowed = 0
        self._end = b""

    def allow(self, n_bytes: int) -> None:
        """Let the next so many bytes pass, and those that tarfile reads ahead."""
        self._n_allowed = n_bytes + 2 * _N_PIECE_BYTES

    def read(self, n_bytes: int) -> bytes:
        """The next bytes.

        Raises:
            FetchError: There are more than was agreed, or a header is too large.
        """
        piece = self._stream.read(n_bytes)
        self._n_bytes += len(piece)
        self._n_allowed -= len(piece)
        refuse_beyond(self._archive, self._n_bytes, self._n_bytes_max)
        if self._n_allowed < 0:
            raise FetchError(f"{self._archive} is refused: one of its members has a header of more than a megabyte.")
        self._end = (self._end + piece)[-tarfile.BLOCKSIZE :]
        return piece

    def finish(self) -> None:
        """Read to the end: a checksum may stand there, and a whole tar ends with zeros.

        Raises:
            EOFError: It is cut off.
        """
        self.allow(_N_PIECE_BYTES)
        while self.read(_N_PIECE_BYTES):
            self.allow(_N_PIECE_BYTES)
        if self._end.strip(b"\0") or len(self._end) < tarfile.BLOCKSIZE:
            raise EOFError("it is cut off")


def _read_members(stream: _Watched, archive: str) -> Iterator[TarMember]:
    stream.allow(_N_HEADER_BYTES_MAX)
    source = cast("IO[bytes]", stream)
    with tarfile.open(fileobj=source, mode="r|", bufsize=_N_PIECE_BYTES, tarinfo=_LoudHeader) as opened:
        while (info := opened.next()) is not None:
            opened.members.clear()  # type: ignore[attr-defined]  # it would grow with every member
            if fault := next(_faults(info), None):
                raise FetchError(f"{archive} is refused: its member {quoted(info.name)} {fault}.")
            stream.allow(max(info.size, 0))
            name = info.name.removeprefix("./")
            if info.isreg() and (file := opened.extractfile(info)) is not None:
                yield TarMember(name, info.size, file)
                while file.read(_N_PIECE_BYTES):  # what was not wanted
                    pass
            stream.allow(_N_HEADER_BYTES_MAX)
        _require_end(opened, stream)


class _LoudHeader(tarfile.TarInfo):
    """A header whose damage is an error: `TarFile.next` takes it for the end of the archive, behind the first one."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile_)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError, tarfile.EmptyHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from error


def _require_end(opened: tarfile.TarFile, stream: _Watched) -> None:
    """Look whether nothing but zeros follows what `tarfile` took for the end: it may be a header that was zeroed.

    Raises:
        ReadError: There is more.
    """
    rest = cast("IO[bytes]", opened.fileobj)
    stream.allow(_N_PIECE_BYTES)
    while piece := rest.read(_N_PIECE_BYTES):
        stream.allow(_N_PIECE_BYTES)
        if piece.strip(b"\0"):
            raise tarfile.ReadError("there is more behind its end mark")


def _faults(info: tarfile.TarInfo) -> Iterator[str]:
    yield from name_faults(info.name)
    if not (info.isreg() or info.isdir()) or info.issparse():
        yield "is a link or a device, not a file"
    if info.size < 0:
        yield "has less than no bytes"
