"""Images that are parts of larger files: where they lie, and how their bytes are read."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import N_REQUESTS, RemotePath, as_place, several
from regraft.data.files.ranges import RangeReader
from regraft.data.files.unreadable import Reason, UnreadableImageError, explain_os_error

if TYPE_CHECKING:
    from collections.abc import Sequence

N_BYTES_MAX = 1 << 30
"""An image with more bytes is not read."""
_N_OPEN_FILES = 32


@dataclass(frozen=True, eq=False)
class ShardFile:
    """A file that holds many images, as it was when they were listed.

    Attributes:
        path: Where it is, absolute.
        n_bytes: Its size.
    """

    path: Path
    n_bytes: int

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Some of its bytes.

        Raises:
            UnreadableImageError: It ends before them, they are too many, or the system does not let us read them.
        """
        if n_bytes > N_BYTES_MAX:
            raise UnreadableImageError(Reason.TOO_LARGE, f"{n_bytes:,} bytes are more than {N_BYTES_MAX:,}")
        try:
            content = _open(self).read(offset, n_bytes)
        except OSError as error:
            record = explain_os_error(self.path, error)
            raise UnreadableImageError(record.reason, record.detail) from error
        if len(content) != n_bytes:
            raise UnreadableImageError(
                Reason.TRUNCATED, f"the file ends {n_bytes - len(content):,} bytes before the image does"
            )
        return content


@dataclass(frozen=True, eq=False, slots=True)
class StoredImage(ABC):
    """An image that is a part of a larger file.

    Attributes:
        shard: The file.
        number: The image's place in it, counted from 0.
    """

    shard: ShardFile
    number: int

    def __str__(self) -> str:
        return f"{self.shard.path}#{self.number}"

    @abstractmethod
    def read(self) -> bytes:
        """The encoded image.

        Raises:
            UnreadableImageError: It is damaged, cut off or cannot be read.
        """


ImageFile = Path | StoredImage
"""Where an encoded image is: a file, or a part of one."""


def as_files(given: object) -> list[ImageFile]:
    """The image files that a user means: one, or any number of them.

    Raises:
        OptionError: It is neither a file nor a sequence of files.
    """
    if isinstance(given, StoredImage):
        return [given]
    what = "An image file"
    return [one if isinstance(one, StoredImage) else as_place(one, what) for one in several(given, what)]


def reading_order(sources: Sequence[object]) -> list[int]:
    """Positions in the order in which parts of files lie one behind the other; others stay before them, in order."""
    if not any(isinstance(source, StoredImage) for source in sources):
        return list(range(len(sources)))
    return sorted(range(len(sources)), key=lambda row: _place(sources[row]))


def n_readers(sources: Sequence[object], *, takes_held: bool = False) -> int | None:
    """How many threads should read: many where some of it is in an object store, which is slow to answer; else None.

    Args:
        sources: Files, parts of files, or anything else.
        takes_held: What was fetched to be hashed, and is in memory still, counts as here.
    """
    places = (source.shard.path if isinstance(source, StoredImage) else source for source in sources)
    is_far = any(isinstance(place, RemotePath) and not (takes_held and place.is_held) for place in places)
    return N_REQUESTS if is_far else None


def forget_contents(files: Sequence[ImageFile]) -> None:
    """Let go what was fetched of files in an object store to be hashed: nobody will read it any more."""
    for file in files:
        if isinstance(file, RemotePath):
            file.forget()


def _place(source: object) -> tuple[str, int]:
    return (str(source.shard.path), source.number) if isinstance(source, StoredImage) else ("", 0)


class _OpenFile:
    """An open file that threads can read at once; it is closed when nobody holds it any more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)) if hasattr(os, "pread") else -1

    def __del__(self) -> None:
        if getattr(self, "handle", -1) >= 0:
            os.close(self.handle)

    def read(self, offset: int, n_bytes: int) -> bytes:
        if self.handle >= 0:
            return os.pread(self.handle, n_bytes, offset)
        with self.path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(n_bytes)


@lru_cache(maxsize=_N_OPEN_FILES)
def _open(shard: ShardFile) -> _OpenFile | RangeReader:
    return RangeReader(shard.path, shard.n_bytes) if isinstance(shard.path, RemotePath) else _OpenFile(shard.path)
