"""The files below a folder: images by their names or their content, and what is left out."""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from regraft.core import DataError, plural, quoted, shortened
from regraft.data.files import N_END_BYTES, N_SIGNATURE_BYTES, Reason, Unreadable, explain_packed, identify_content
from regraft.data.folders.leftovers import COMPANION, Leftover, is_hidden, leftover_reason, look_into
from regraft.data.folders.program_parts import ProgramParts, program_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regraft.data.files import ContentKind

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".ppm", ".pgm", ".pbm", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
)
_NO_IMAGES = frozenset((
    ".txt", ".xml", ".json", ".jsonl", ".csv", ".tsv", ".yaml", ".yml", ".toml", ".md", ".rst", ".py", ".ipynb",
    ".npy", ".npz", ".pkl", ".h5", ".hdf5", ".log", ".html", ".htm", ".css", ".js", ".mat", ".pt", ".pth", ".onnx",
    ".safetensors", ".ckpt", ".parquet", ".tfrecord", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z",
    ".rar",
))  # fmt: skip
"""Endings of files that are certainly no images: with a file of notes beside each image, looking would cost most."""


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
        repeated: Links that were not followed, because what they lead to is listed already.
    """

    root: Path
    images: tuple[str, ...]
    others: tuple[str, ...]
    by_content: tuple[tuple[str, str], ...]
    foreign: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]
    leftovers: tuple[Leftover, ...]
    repeated: tuple[str, ...]

    @property
    def unreadable(self) -> tuple[Unreadable, ...]:
        """The images of formats that cannot be read."""
        return tuple(
            Unreadable(path=str(self.root / path), reason=Reason.UNSUPPORTED, detail=detail)
            for path, detail in self.foreign
        )


def walk_files(root: Path, hidden: Callable[[str], object]) -> Iterator[str]:
    """Paths of the files below a folder, without what systems and programs leave behind.

    Args:
        root: The folder.
        hidden: Is told the paths of files that are left out for their own names.

    Raises:
        DataError: A folder cannot be read.
    """
    return _Walk(root, hidden, looks_into_leftovers=False).files()


@dataclass(frozen=True)
class _Start:
    """A folder to walk from: the data set, or a link in it."""

    folder: str
    ancestors: frozenset[tuple[int, int]] = frozenset()
    n_links: int = 0


@dataclass(frozen=True, eq=False)
class _Walk:
    """Collects folders and leftovers while files are listed; `hidden` is told the files left out for their names."""

    root: Path
    hidden: Callable[[str], object]
    looks_into_leftovers: bool
    folders: set[str] = field(default_factory=set)
    leftovers: list[Leftover] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def files(self) -> Iterator[str]:
        """Paths of files, each folder's in its turn.

        Linked folders are followed after all others, never in a circle; a link inside of a linked folder is not where
        it leads to what was listed already: folders that link each other would be listed in every order.
        """
        starts = deque([_Start(str(self.root))])
        while starts:
            start = starts.popleft()
            if start.n_links > 1 and _identity(start.folder) in self._seen:
                self._skip(start)
                continue
            yield from self._walk(start, starts)

    def _skip(self, start: _Start) -> None:
        relative = Path(start.folder).relative_to(self.root).as_posix()
        self.folders.discard(relative)
        if _identity(start.folder) not in start.ancestors:
            self.repeated.append(relative)

    def _walk(self, start: _Start, starts: deque[_Start]) -> Iterator[str]:
        above = {start.folder: start.ancestors}
        for folder, names, files in os.walk(start.folder, onerror=_refuse_folder):
            identity, ancestors = _identity(folder), above.pop(folder, frozenset())
            relative = Path(folder).relative_to(self.root).as_posix()
            prefix = "" if relative == "." else f"{relative}/"
            if identity in ancestors:
                names.clear()
                self.folders.discard(relative)
                continue
            self._seen.add(identity)
            parts = self._parts(folder, names, files)
            if parts is not None and prefix:
                self.leftovers.append(Leftover(relative, parts.reason, has_images=False, is_run=True))
            names[:] = [name for name in names if not self._leaves_out(folder, prefix, name, parts)]
            self.folders.update(prefix + name for name in names)
            for name in names:
                place = os.path.join(folder, name)  # noqa: PTH118 - as os.walk names it
                if os.path.islink(place):  # noqa: PTH114 - a million folders
                    starts.append(_Start(place, ancestors | {identity}, start.n_links + 1))
                else:
                    above[place] = ancestors | {identity}
            yield from self._files_in(prefix, files, parts)

    def _files_in(self, prefix: str, files: list[str], parts: ProgramParts | None) -> Iterator[str]:
        for name in files:
            if parts is not None and name in parts.pictures:
                self.leftovers.append(Leftover(prefix + name, parts.reason, True, is_doubtful=True, is_run=True))  # noqa: FBT003
            elif not is_hidden(name):
                yield prefix + name
            else:
                self.hidden(prefix + name)

    def _leaves_out(self, folder: str, prefix: str, name: str, parts: ProgramParts | None) -> bool:
        reason = leftover_reason(name)
        is_run = reason is None and parts is not None and name in parts.folders
        if parts is not None and is_run:
            reason = parts.reason
        if reason is not None and self.looks_into_leftovers:
            place = os.path.join(folder, name)  # noqa: PTH118 - as os.walk names it
            self.leftovers.append(look_into(place, prefix + name, reason, has_image_name, is_run=is_run))
        return reason is not None

    def _parts(self, folder: str, names: list[str], files: list[str]) -> ProgramParts | None:
        """What is a program's; no folder that holds images just as one beside it does."""
        parts = program_parts(os.path.basename(folder), names, files)  # noqa: PTH119 - as os.walk names it
        if parts is None:
            return None
        others = [name for name in names if name not in parts.folders and not is_hidden(name)]
        if not any(_holds_images(folder, name) for name in others):
            return parts
        own = frozenset(name for name in parts.folders if not _holds_images(folder, name))
        return ProgramParts(parts.reason, own, parts.pictures)


def _identity(folder: str) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116 - a million folders
    return status.st_dev, status.st_ino


def _holds_images(folder: str, name: str) -> bool:
    """Whether images lie straight in a sub-folder."""
    try:
        with os.scandir(os.path.join(folder, name)) as entries:  # noqa: PTH118 - as os.walk names it
            return any(has_image_name(entry.name) and not is_hidden(entry.name) for entry in entries)
    except OSError:
        return False


def list_files(root: Path) -> FileListing:
    """The files below a folder.

    Files whose names are no images' are looked at: content decides.

    Raises:
        DataError: There is no image, or a folder cannot be read.
    """
    hidden: list[str] = []
    walk = _Walk(root, hidden.append, looks_into_leftovers=True)
    try:
        paths = sorted(walk.files())
    except OSError as error:
        _refuse_folder(error)
    images, others, by_content, foreign = [], [], [], []
    for path in paths:
        if has_image_name(path):
            images.append(path)
            continue
        kind = look_at(root, path)
        if kind is not None and kind.is_readable:
            by_content.append((path, kind.name))
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
        leftovers=tuple(sorted([*walk.leftovers, *_hidden_images(hidden)], key=lambda one: one.path)),
        repeated=tuple(sorted(walk.repeated)),
    )
    if not listing.images:
        raise DataError(_explain_nothing(listing))
    return listing


def _hidden_images(paths: list[str]) -> Iterator[Leftover]:
    for path in filter(has_image_name, paths):
        reason = leftover_reason(os.path.basename(path)) or ""  # noqa: PTH119 - as os.walk names it
        yield Leftover(path, reason, has_images=reason != COMPANION)


def look_at(root: Path, name: str) -> ContentKind | None:
    """What a file is by its first bytes; None where they say nothing, cannot be read, or its name says enough."""
    if os.path.splitext(name)[1].lower() in _NO_IMAGES:  # noqa: PTH122 - a million paths
        return None
    path = root / name
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a named pipe would wait for ever
            return None
        with path.open("rb", buffering=0) as file:
            beginning = file.read(N_SIGNATURE_BYTES)
            file.seek(-min(N_END_BYTES, file.seek(0, os.SEEK_END) - len(beginning)), os.SEEK_END)
            return identify_content(beginning + file.read(N_END_BYTES))
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
    if hidden := [one for one in listing.leftovers if one.has_images]:
        aside = (
            f" {plural(len(hidden), 'file or folder', 'files and folders')} with images, of what systems and programs "
            f"leave behind, {'is' if len(hidden) == 1 else 'are'} not looked at (first: {quoted(hidden[0].path)}: "
            f"{hidden[0].reason})."
        )
    if listing.foreign:
        path, detail = listing.foreign[0]
        return (
            f"There is no image in {root} that can be read, but {plural(len(listing.foreign), 'image')} of other "
            f"formats (first: {quoted(path)}: {detail}).{aside}"
        )
    if listing.others:
        packed = next(filter(None, (explain_packed(root / path) for path in listing.others)), None)
        return (
            f"There is no image in {root}: {plural(len(listing.others), 'file')} with other extensions "
            f"(first: {quoted(listing.others[0])}). Looked for: {looked_for}.{aside}"
            f"{'' if packed is None else f' {packed}'}"
        )
    return f"The folder {root} is empty: there is no image in it (looked for: {looked_for}).{aside}"
