"""The images below a folder by their names, to find those that a table's cells mean."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import DataError, is_on_the_web
from regraft.data.folders import has_image_name, is_hidden, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_N_LEVELS_MAX = 6
_N_COMPARED_MAX = 16


@dataclass(frozen=True)
class Match:
    """The files that a cell can mean.

    Attributes:
        paths: Relative to the folder; more than one where nothing decides between them.
        n_parts: So many of the last parts of the path agree, the name being one; one more where all do, from the top.
        is_same_name: The name is the same letter by letter, with its extension.
    """

    paths: list[str]
    n_parts: int = 0
    is_same_name: bool = False

    @property
    def strength(self) -> tuple[int, bool]:
        """The greater, the surer."""
        return self.n_parts, self.is_same_name


class NameIndex:
    """Files with images' names in a folder and not far below it; it is walked at the first question."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._by_name: dict[str, list[str]] | None = None
        self._by_folders: dict[str, dict[str, list[str]]] = {}

    def is_empty(self) -> bool:
        """Whether there is no image."""
        return not self._names()

    def find(self, path: str) -> Match:
        """The files that a path can mean: those with the same last folders, as many as agree, and at least the name."""
        parts = [part for part in path.split("/") if part not in ("", ".")] if self._names() else []
        key = self._key(parts[-1]) if parts else None
        if key is None:
            return Match([])
        found, n_parts = self._closest(key, "/".join(parts[:-1]).lower())
        if 1 < len(found) <= _N_COMPARED_MAX:
            tail = "/" + "/".join(parts)
            found = [one for one in found if tail in (f"/{one}", f"/{_stem(one)}")] or found
        is_same = len(found) == 1 and found[0].rpartition("/")[2] == parts[-1]
        return Match(found, n_parts, is_same)

    def n_named(self, cells: list[str]) -> int:
        """How many cells mean one file."""
        return sum(len(self.find(cell).paths) == 1 for cell in cells)

    def _key(self, name: str) -> str | None:
        """The key of the files that a name can mean; None where there are none."""
        names = self._names()
        if name in names:
            return name
        if name.lower() in names:
            return name.lower()
        stem = _stem(name)  # the images may have been converted to another format
        return stem if stem in names and has_image_name(name) else None

    def _closest(self, key: str, folders: str) -> tuple[list[str], int]:
        """The files of a name with most of some folders above them, and how many parts agree."""
        below = self._folders_of(key)
        n_parts = folders.count("/") + 2 if folders else 1
        if found := below.get(f"/{folders}"):
            return found, n_parts + 1
        while folders:
            if found := below.get(folders):
                return found, n_parts
            folders, n_parts = folders.partition("/")[2], n_parts - 1
        return self._names()[key], 1

    def _folders_of(self, key: str) -> dict[str, list[str]]:
        """The files of a name by the last folders above them, one, two, ...; all of them after a slash."""
        if key not in self._by_folders:
            below: defaultdict[str, list[str]] = defaultdict(list)
            for path in self._names()[key]:
                folders = path.rpartition("/")[0].lower()
                below[f"/{folders}"].append(path)
                while folders:
                    below[folders].append(path)
                    folders = folders.partition("/")[2]
            self._by_folders[key] = below
        return self._by_folders[key]

    def _names(self) -> dict[str, list[str]]:
        """With and without extension."""
        if self._by_name is None:
            self._by_name = {}
            for path in _images_below(self.home):
                name = path.rpartition("/")[2]
                stem = _stem(name)
                for key in {name, stem, name.lower(), stem.lower()}:
                    self._by_name.setdefault(key, []).append(path)
        return self._by_name


def _stem(path: str) -> str:
    return os.path.splitext(path)[0]  # noqa: PTH122 - a million paths


def _images_below(home: Path) -> Iterator[str]:
    """What cannot be read is passed over, and what systems leave behind."""
    try:
        tree = tree_of(home)
    except OSError as error:
        if is_on_the_web(str(home)):
            return
        raise DataError(f"{home} cannot be read: {error.strerror or error}.") from error
    for folder, names, files in tree.walk(str(home)):
        relative = folder.removeprefix(str(home)).strip("/")
        if relative.count("/") >= _N_LEVELS_MAX - 1:
            names.clear()
        names[:] = sorted(name for name in names if not is_hidden(name))
        prefix = f"{relative}/" if relative else ""
        yield from (prefix + name for name in sorted(files) if has_image_name(name) and not is_hidden(name))
