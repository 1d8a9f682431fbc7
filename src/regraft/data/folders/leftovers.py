"""What systems and programs leave in a folder of images, and is none of the data's."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OWN = frozenset({"source.json", "license.txt", "conversion.json"})
"""Our own records of where images come from, with the licence."""
_NAMES = {
    "__macosx": "macOS's notes on an archive",
    "temporary items": "macOS's",
    "network trash folder": "macOS's bin",
    "icon\r": "macOS's",
    "lost+found": "the file system's place for what it salvaged",
    "system volume information": "Windows's own folder",
    "$recycle.bin": "Windows's bin",
    "recycler": "Windows's bin",
    "found.000": "Windows's place for what it salvaged",
    "thumbs.db": "Windows's small pictures",
    "ehthumbs.db": "Windows's small pictures",
    "desktop.ini": "Windows's",
    "@eadir": "a Synology's small pictures",
    "#recycle": "a Synology's bin",
    "~snapshot": "a file server's snapshots",
    "#snapshot": "a Synology's snapshots",
    "@recycle": "a QNAP's bin",
    "@recently-snapshot": "a QNAP's snapshots",
    "__pycache__": "Python's",
    "node_modules": "Node's packages",
}
"""Names, in lower case, and whose they are."""
_HIDDEN = "hidden: its name begins with a dot"
COMPANION = "macOS's notes on another file, no image"
"""Of `._photo.jpg`, which lies beside `photo.jpg` after a copy to another system's disk."""

_DOUBTFUL = frozenset({"recycler", "temporary items", "network trash folder", "found.000", "node_modules"})
"""Names that a class could have, too."""
_N_FOLDERS_LOOKED_INTO = 100
"""Snapshots and the like hold a whole disk, many times."""


@dataclass(frozen=True)
class Leftover:
    """A file or folder that is left out, because it is a system's or a program's.

    Attributes:
        path: POSIX style, relative to the data set.
        reason: Whose it is.
        has_images: Whether it is, or holds, a file with an image's name.
        is_readable: Whether it can be looked into.
        is_doubtful: It might be the user's: a program's run, or a name that a class could have.
        is_run: It is what a program's run has written.
    """

    path: str
    reason: str
    has_images: bool
    is_readable: bool = True
    is_doubtful: bool = False
    is_run: bool = False


def leftover_reason(name: str) -> str | None:
    """Whose a file or folder of this name is, if it is a system's or a program's; empty for Regraft's own records."""
    lower = name.lower()
    if lower in _OWN:
        return ""
    if lower.startswith("._"):
        return COMPANION
    if lower.endswith(".lrdata"):
        return "Lightroom's previews"
    if lower.startswith(".trash"):
        return "a desktop's bin"
    return _HIDDEN if name.startswith(".") and name.strip(".") else _NAMES.get(lower)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none of the data's."""
    return leftover_reason(name) is not None


def look_into(
    folder: str,
    path: str,
    reason: str,
    is_image: Callable[[str], bool],
    *,
    is_run: bool = False,
    walk: Callable[..., Iterator[tuple[str, list[str], list[str]]]] = os.walk,
) -> Leftover:
    """See whether there are images in what is left out, up to the first one; what cannot be read is not looked into.

    Args:
        folder: Where it is.
        path: Relative to the data set.
        reason: Whose it is.
        is_image: Whether a name is an image's.
        is_run: It is what a program's run has written.
        walk: Goes through the folders, as `os.walk` does.
    """
    failed: list[OSError] = []
    some = itertools.islice(walk(folder, onerror=failed.append), _N_FOLDERS_LOOKED_INTO)
    has_images = any(
        is_image(file) and not file.startswith("._") for _folder, _folders, files in some for file in files
    )
    is_doubtful = is_run or path.rpartition("/")[2].lower() in _DOUBTFUL
    return Leftover(path, reason, has_images, is_readable=not failed, is_doubtful=is_doubtful, is_run=is_run)
