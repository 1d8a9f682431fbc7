"""The members of an archive, trusted with nothing: their names, and the one place of each."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from regraft.core import FetchError, plural, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_N_MEMBERS_MAX = 2_000_000

Place = Callable[[str], str | None]
"""From a member's name to its path below the data set's folder; None for what is left out."""


def place_by_pattern(images: str, split: str | None = None, texts: tuple[str, ...] = ()) -> Place:
    """Images into `SPLIT/CLASS/NAME`, texts beside the split folders.

    Args:
        images: Regular expression on the whole name of a member that is an image: `class` and `name` are its groups,
            and `split` where no split is given. They are plain file names.
        split: The side of all images.
        texts: Whole names of members that are kept, too.
    """
    pattern = re.compile(images, re.ASCII)

    def place(name: str) -> str | None:
        found = pattern.fullmatch(name)
        if found is None:
            return name.rpartition("/")[2] if name in texts else None
        return f"{split or found['split']}/{found['class']}/{found['name']}"

    return place


def name_faults(name: str) -> Iterator[str]:
    """What is wrong with a member's name; one bad one spoils the archive: whoever made it did not mean well."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        yield "has an absolute path"
    if ".." in name.replace("\\", "/").split("/"):
        yield "leads out of the folder"
    if "\\" in name or not name.isprintable():
        yield "has characters in its name that no archive of images needs"


class Places:
    """Where the members of one archive go: each to a place of its own.

    Args:
        archive: The archive's name, for errors.
        place: Says where a member goes.

    Attributes:
        n_members: How many were asked about.
        n_chosen: How many of them have a place.
    """

    def __init__(self, archive: str, place: Place) -> None:
        self.n_members = 0
        self.n_chosen = 0
        self._archive = archive
        self._place = place
        self._first = "none"
        self._taken: set[str] = set()

    def choose(self, name: str) -> str | None:
        """The path of the member called `name`; None where it is left out.

        Raises:
            FetchError: The path is taken already, or there are too many members.
        """
        self._first = self._first if self.n_members else name
        self.n_members += 1
        refuse_many(self._archive, self.n_members, _N_MEMBERS_MAX)
        path = self._place(name)
        if path is None:
            return None
        if path.lower() in self._taken:  # many systems take a.ppm and A.ppm for one file
            raise FetchError(f"{self._archive} is refused: it has {quoted(path)} twice.")
        self._taken.add(path.lower())
        self.n_chosen += 1
        return path

    def require_some(self) -> None:
        """Refuse an archive of something else.

        Raises:
            FetchError: No member had a place.
        """
        if not self.n_chosen:
            raise FetchError(
                f"{self._archive} has none of the expected images ({plural(self.n_members, 'member')}, "
                f"first: {shortened(self._first)})."
            )


def refuse_many(archive: str, n_members: int, n_members_max: int) -> None:
    """Refuse an archive with more members than are expected of any.

    Raises:
        FetchError: It has more.
    """
    if n_members > n_members_max:
        raise FetchError(f"{archive} is refused: it has {n_members:,} members, more than {n_members_max:,}.")


def refuse_beyond(archive: str, n_bytes: int, n_bytes_max: int) -> None:
    """Refuse a bomb.

    Raises:
        FetchError: It unpacks to more bytes than were agreed.
    """
    if n_bytes > n_bytes_max:
        raise FetchError(f"{archive} is refused: unpacked it would have {n_bytes:,} bytes, more than {n_bytes_max:,}.")


def write_member(source: IO[bytes], path: Path, n_bytes: int) -> None:
    """Write one member: as many bytes as it declares.

    Raises:
        EOFError: It has fewer.
        OSError: It cannot be written, or is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(source, file)
        if file.tell() != n_bytes:
            raise EOFError(f"{shortened(path.name)} is cut off")
