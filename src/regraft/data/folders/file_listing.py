"""The files below a folder: images by their names or their content, and what is left out."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from regraft.core import DataError, plural, quoted, shortened
from regraft.data.files import Reason, Unreadable, explain_packed
from regraft.data.folders.first_bytes import look_at_all
from regraft.data.folders.leftovers import COMPANION, Leftover, is_hidden, leftover_reason, look_into
from regraft.data.folders.program_parts import ProgramParts, program_parts
from regraft.data.folders.trees import tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from pathlib import Path

    from regraft.data.folders.trees import Tree

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
    ancestors: frozenset[Hashable] = frozenset()
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
    _seen: set[Hashable] = field(default_factory=set)

    @cached_property
    def _tree(self) -> Tree:
        return tree_of(self.root)

    def files(self) -> Iterator[str]:
        """Paths of files, each folder's in its turn.

        Linked folders are followed after all others, never in a circle; a link inside of a linked folder is not where
        it leads to what was listed already: folders that link each other would be listed in every order.
        """
        starts = deque([_Start(str(self.root))])
        while starts:
            start = starts.popleft()
            if start.n_links > 1 and self._tree.identity(start.folder) in self._seen:
                self._skip(start)
                continue
            yield from self._walk(start, starts)

    def _skip(self, start: _Start) -> None:
        relative = self._relative(start.folder)
        self.folders.discard(relative)
        if self._tree.identity(start.folder) not in start.ancestors:
            self.repeated.append(relative)

    def _walk(self, start: _Start, starts: deque[_Start]) -> Iterator[str]:
        above = {start.folder: start.ancestors}
        for folder, names, files in self._tree.walk(start.folder, onerror=_refuse_folder):
            identity, ancestors = self._tree.identity(folder), above.pop(folder, frozenset())
            relative = self._relative(folder)
            prefix = f"{relative}/" if relative else ""
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
                if self._tree.is_link(place):
                    starts.append(_Start(place, ancestors | {identity}, start.n_links + 1))
                else:
                    above[place] = ancestors | {identity}
            yield from self._files_in(prefix, files, parts)

    def _relative(self, folder: str) -> str:
        return folder.removeprefix(str(self.root)).lstrip("/")

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
            self.leftovers.append(
                look_into(place, prefix + name, reason, has_image_name, is_run=is_run, walk=self._tree.walk)
            )
        return reason is not None

    def _parts(self, folder: str, names: list[str], files: list[str]) -> ProgramParts | None:
        """What is a program's; no folder that holds images just as one beside it does."""
        parts = program_parts(os.path.basename(folder), names, files)  # noqa: PTH119 - as os.walk names it
        if parts is None:
            return None
        others = [name for name in names if name not in parts.folders and not is_hidden(name)]
        if not any(self._holds_images(folder, name) for name in others):
            return parts
        own = frozenset(name for name in parts.folders if not self._holds_images(folder, name))
        return ProgramParts(parts.reason, own, parts.pictures)

    def _holds_images(self, folder: str, name: str) -> bool:
        """Whether images lie straight in a sub-folder."""
        files = self._tree.files_in(os.path.join(folder, name))  # noqa: PTH118 - as os.walk names it
        return any(has_image_name(file) and not is_hidden(file) for file in files)


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
    kinds = look_at_all(root, [path for path in paths if not has_image_name(path)])
    for path in paths:
        if has_image_name(path):
            images.append(path)
            continue
        kind = kinds[path]
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


def _refuse_folder(error: OSError) -> NoReturn:
    """A folder that cannot be listed would silently take its images away."""
    advice = "" if "://" in str(error.filename) else " Make it readable, or move it out of the data set."
    raise DataError(
        f"The folder {shortened(str(error.filename), 160)} cannot be read ({error.strerror}).{advice}"
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
