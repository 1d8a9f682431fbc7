"""What a folder is walked through by: a disk, or the list of a store's objects."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from regraft.core import RemotePath, list_below

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from pathlib import Path


class Tree(Protocol):
    """Folders and files below a folder, by their whole paths as texts."""

    def walk(
        self, folder: str, onerror: Callable[[OSError], object] | None = None
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        """Folders, each with the names of its sub-folders and files, as `os.walk`: what is taken out is not entered."""

    def identity(self, folder: str) -> Hashable:
        """The same for one folder, by whatever path."""

    def is_link(self, folder: str) -> bool:
        """Whether it only leads to another folder."""

    def files_in(self, folder: str) -> Iterator[str]:
        """The names of what lies straight in a folder; nothing where it cannot be read."""


class DiskTree:
    """A disk."""

    def walk(
        self, folder: str, onerror: Callable[[OSError], object] | None = None
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        """As `os.walk`."""
        return os.walk(folder, onerror=onerror)

    def identity(self, folder: str) -> Hashable:
        """Device and number."""
        status = os.stat(folder)  # noqa: PTH116 - a million folders
        return status.st_dev, status.st_ino

    def is_link(self, folder: str) -> bool:
        """Whether it is a link."""
        return os.path.islink(folder)  # noqa: PTH114 - a million folders

    def files_in(self, folder: str) -> Iterator[str]:
        """As they come."""
        try:
            with os.scandir(folder) as entries:
                yield from (entry.name for entry in entries)
        except OSError:
            return


class RemoteTree:
    """The objects of a store below a folder, listed once; folders are what their names say.

    Args:
        root: The folder.

    Raises:
        OSError: The store does not list it.
    """

    def __init__(self, root: RemotePath) -> None:
        self._folders: dict[str, dict[str, None]] = defaultdict(dict)
        self._files: dict[str, list[str]] = defaultdict(list)
        for path in list_below(root):
            folder = f"{root}/{path}".rpartition("/")[0]
            self._files[folder].append(path.rpartition("/")[2])
            while folder != str(root):
                above, _, name = folder.rpartition("/")
                if name in self._folders[above]:
                    break
                self._folders[above][name] = None
                folder = above

    def walk(
        self,
        folder: str,
        onerror: Callable[[OSError], object] | None = None,  # noqa: ARG002 - all was listed
    ) -> Iterator[tuple[str, list[str], list[str]]]:
        """As `os.walk`."""
        left = [folder]
        while left:
            place = left.pop()
            names = list(self._folders.get(place, ()))
            yield place, names, self._files.get(place, [])
            left += [f"{place}/{name}" for name in reversed(names)]

    def identity(self, folder: str) -> Hashable:
        """Its address."""
        return folder

    def is_link(self, folder: str) -> bool:  # noqa: ARG002 - as a disk has it
        """Stores have no links."""
        return False

    def files_in(self, folder: str) -> Iterator[str]:
        """Its objects."""
        return iter(self._files.get(folder, ()))


_LISTED: WeakKeyDictionary[RemotePath, RemoteTree] = WeakKeyDictionary()
"""A folder is read as shards first, then as images: its list is kept in between."""


def tree_of(root: Path) -> Tree:
    """What a folder is walked through by; every other time a store is asked anew.

    Raises:
        OSError: A store does not list it.
    """
    if not isinstance(root, RemotePath):
        return DiskTree()
    tree = _LISTED.pop(root, None)
    if tree is None:
        tree = _LISTED[root] = RemoteTree(root)
    return tree
