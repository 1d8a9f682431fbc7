"""The files below a folder: images by their names or their content, and what is left out."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from regraft.core import DataError, plural, quoted, shortened
from regraft.data.leftovers import COMPANION, Leftover, is_hidden, leftover_reason, look_into, program_reason
from regraft.data.signatures import N_SIGNATURE_BYTES, identify_content
from regraft.data.split_words import SPLIT_NAMES
from regraft.data.unreadable import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.data.signatures import ContentKind

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
)


def has_image_name(path: str) -> bool:
    """Whether a file is an image by its extension."""
    return os.path.splitext(path)[1].lower() in EXTENSIONS  # noqa: PTH122 - a million paths


@dataclass(frozen=True)
class FileListing:
    """Every file below a folder; all paths are relative to it, in POSIX style, sorted.

    Attributes:
        root: The folder.
        images: What is an image by its name, or by its content where the name says something else.
        others: The other files.
        by_content: The images that are so by their content alone, with their format.
        foreign: Images of formats that cannot be read, by their content, with what they are; in none of the above.
        folders: The folders.
        leftovers: What systems and programs leave behind: hidden files with images' names, and folders.
    """

    root: Path
    images: tuple[str, ...]
    others: tuple[str, ...]
    by_content: tuple[tuple[str, str], ...]
    foreign: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The images of formats that cannot be read."""
        return tuple(
            Unreadable(path=str(self.root / path), reason=Reason.UNSUPPORTED, detail=detail)
            for path, detail in self.foreign
        )


@dataclass(frozen=True, eq=False)
class _Walk:
    """Collects folders and leftovers while files are listed."""

    root: Path
    folders: set[str] = field(default_factory=set)
    leftovers: list[Leftover] = field(default_factory=list)

    def files(self) -> Iterator[str]:
        """Paths of files, each folder's in its turn; linked folders are followed, but never in a circle."""
        above: dict[str, frozenset[tuple[int, int]]] = {}
        for folder, names, files in os.walk(self.root, followlinks=True, onerror=_refuse_folder):
            status = Path(folder).stat()
            identity = (status.st_dev, status.st_ino)
            ancestors = above.pop(folder, frozenset())
            relative = Path(folder).relative_to(self.root).as_posix()
            prefix = "" if relative == "." else f"{relative}/"
            if identity in ancestors or (prefix and self._is_of_a_program(folder, relative, names, files)):
                names.clear()
                self.folders.discard(relative)
                continue
            names[:] = [name for name in names if not self._leaves_out(folder, prefix, name)]
            self.folders.update(prefix + name for name in names)
            for name in names:
                above[os.path.join(folder, name)] = ancestors | {identity}  # noqa: PTH118 - as os.walk names it
            for name in files:
                if not is_hidden(name):
                    yield prefix + name
                elif has_image_name(name):
                    reason = leftover_reason(name) or ""
                    self.leftovers.append(Leftover(prefix + name, reason, int(reason != COMPANION)))

    def _leaves_out(self, folder: str, prefix: str, name: str) -> bool:
        reason = leftover_reason(name)
        if reason is not None:
            place = os.path.join(folder, name)  # noqa: PTH118 - as os.walk names it
            self.leftovers.append(look_into(place, prefix + name, reason, has_image_name))
        return reason is not None

    def _is_of_a_program(self, folder: str, relative: str, names: list[str], files: list[str]) -> bool:
        name = relative.rpartition("/")[2]
        reason = None if name.lower() in SPLIT_NAMES else program_reason(name, names, files)
        if reason is not None:
            self.leftovers.append(look_into(folder, relative, reason, has_image_name, is_run=True))
        return reason is not None


def walk_files(root: Path) -> Iterator[str]:
    """Paths of the files below a folder, without what systems and programs leave behind.

    Raises:
        DataError: A folder cannot be read.
    """
    return _Walk(root).files()


def list_files(root: Path) -> FileListing:
    """The files below a folder.

    Files whose names are no images' are looked at: content decides.

    Raises:
        DataError: There is no image, or a folder cannot be read.
    """
    walk = _Walk(root)
    try:
        paths = sorted(walk.files())
    except OSError as error:
        _refuse_folder(error)
    images, others, by_content, foreign = [], [], [], []
    for path in paths:
        kind = None if has_image_name(path) else _look_at(root / path)
        if kind is not None and kind.is_readable:
            by_content.append((path, kind.name))
        if has_image_name(path) or (kind is not None and kind.is_readable):
            images.append(path)
        elif kind is not None and kind.is_image:
            foreign.append((path, f"it is {kind.name}; {kind.remedy}"))
        else:
            others.append(path)
    listing = FileListing(
        root=root,
        images=tuple(images),
        others=tuple(others),
        by_content=tuple(by_content),
        foreign=tuple(foreign),
        folders=tuple(sorted(walk.folders)),
        leftovers=tuple(sorted(walk.leftovers, key=lambda one: one.path)),
    )
    if not listing.images:
        raise DataError(_explain_nothing(listing))
    return listing


def _look_at(path: Path) -> ContentKind | None:
    """What a file is by its first bytes; None where they say nothing, or cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a named pipe would wait for ever
            return None
        with path.open("rb", buffering=0) as file:
            return identify_content(file.read(N_SIGNATURE_BYTES))
    except OSError:
        return None


def _refuse_folder(error: OSError) -> NoReturn:
    """A folder that cannot be listed would silently take its images away."""
    raise DataError(
        f"The folder {shortened(str(error.filename), 160)} cannot be read ({error.strerror}). "
        "Make it readable, or move it out of the data set."
    ) from error


def _explain_nothing(listing: FileListing) -> str:
    root, looked_for = listing.root, ", ".join(sorted(extension[1:] for extension in EXTENSIONS))
    aside = ""
    if n_hidden := sum(one.n_images for one in listing.leftovers):
        first = next(one for one in listing.leftovers if one.n_images)
        aside = (
            f" {plural(n_hidden, 'image')} in what systems and programs leave behind "
            f"{'is' if n_hidden == 1 else 'are'} not looked at (first: {quoted(first.path)}: {first.reason})."
        )
    if listing.foreign:
        path, detail = listing.foreign[0]
        return (
            f"There is no image in {root} that can be read, but {plural(len(listing.foreign), 'image')} of other "
            f"formats (first: {quoted(path)}: {detail}).{aside}"
        )
    if listing.others:
        return (
            f"There is no image in {root}: {plural(len(listing.others), 'file')} with other extensions "
            f"(first: {quoted(listing.others[0])}). Looked for: {looked_for}.{aside}"
        )
    return f"The folder {root} is empty: there is no image in it (looked for: {looked_for}).{aside}"
