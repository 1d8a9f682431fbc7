"""The folders of a data set that hold images, as a tree."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(eq=False)
class Folder:
    """A folder with images in it or below it.

    Attributes:
        path: Relative to the data set, POSIX style; "" for the data set itself.
        n_direct: Images that lie straight in it.
        children: Its sub-folders that hold images, by name.
    """

    path: str
    n_direct: int = 0
    children: dict[str, Folder] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]

    @property
    def is_flat(self) -> bool:
        """Whether all of its images lie straight in it."""
        return not self.children

    @property
    def only_child(self) -> Folder | None:
        """Its single sub-folder with images."""
        return next(iter(self.children.values())) if len(self.children) == 1 else None

    def find(self, path: str) -> Folder:
        """The folder at a path below this one.

        Raises:
            KeyError: There is none with images.
        """
        folder = self
        for name in path.split("/") if path else ():
            folder = folder.children[name]
        return folder

    def without(self, names: set[str]) -> Folder:
        """The same folder as if some sub-folders were not there."""
        kept = {name: child for name, child in self.children.items() if name not in names}
        return Folder(self.path, self.n_direct, kept)


def grow_tree(paths: Sequence[str]) -> Folder:
    """The tree of the folders that images lie in."""
    root = Folder("")
    for path, n_images in Counter(path.rpartition("/")[0] for path in paths).items():
        folder = root
        for name in path.split("/") if path else ():
            below = f"{folder.path}/{name}" if folder.path else name
            folder = folder.children.setdefault(name, Folder(below))
        folder.n_direct += n_images
    return root
