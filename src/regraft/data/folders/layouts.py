"""What the folders of a data set mean: splits, classes, wrappings.

Folders say it by their names and by where images lie. A name alone never decides against what lies beside it: `train`
beside `test` is a split, `train` beside `car` and `plane` is a class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regraft.data.folders.class_levels import (
    class_level,
    images_beside_masks,
    masks_on_the_way,
    second_copies,
    splits_with_the_same_classes,
    through_common_wrapping,
    training_beside,
)
from regraft.data.folders.folder_tree import Folder, grow_tree
from regraft.data.folders.split_words import agreeing_splits, is_filler, split_word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from regraft.data.manifest import Split
    from regraft.data.reading import SplitFolders

Placement = tuple["Split | None", str | None]
"""Split and class name of an image."""
_N_LEVELS_MAX = 24
"""Splits and classes are not looked for below."""


@dataclass(eq=False)
class Layout:
    """What was read from a tree of folders; paths are relative to the data set.

    Attributes:
        root: The tree.
        classes: Folder of each class (in each split), with what it says.
        splits: Folders that are splits.
        wrappings: Folders that were looked through, because all images lie in their one sub-folder.
        beside: Folders that hold images, and are neither a split nor in one.
        annotations: Folders of masks and the like, beside the folder of the images.
        copies: Folders whose folders are called like the classes beside them.
        like_splits: Class folders that are called like a split.
        joined: Folders that are data sets of their own, with the same splits, and are read as one.
        levels: Folders whose sub-folders are the classes, or the splits.
    """

    root: Folder
    classes: dict[str, Placement] = field(default_factory=dict)
    splits: dict[str, Split] = field(default_factory=dict)
    wrappings: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    like_splits: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    levels: set[str] = field(default_factory=set)

    def place(self, folder: str) -> Placement:
        """Split and class of images in a folder; no class where it is in none."""
        split = None
        for path in upwards(folder):
            if (found := self.classes.get(path)) is not None:
                return found
            split = split or self.splits.get(path)
        return split, None

    def place_all(self, paths: Sequence[str]) -> list[Placement]:
        """Split and class of each image."""
        folders = [path.rpartition("/")[0] for path in paths]
        found = {folder: self.place(folder) for folder in dict.fromkeys(folders)}
        return [found[folder] for folder in folders]


def upwards(path: str) -> Iterator[str]:
    """A path and all above it, up to the empty one."""
    yield path
    while path:
        path = path.rpartition("/")[0]
        yield path


def place_images(paths: Sequence[str], split_folders: SplitFolders = "auto") -> list[Placement]:
    """Split and class name of each image, as the folders of all of them say."""
    return read_layout(paths, split_folders).place_all(paths)


def read_layout(paths: Sequence[str], split_folders: SplitFolders = "auto") -> Layout:
    """What folders mean.

    Args:
        paths: Every image, POSIX style, relative to the data set.
        split_folders: Whether folders called like a split are splits.
    """
    reader = _Reader(Layout(grow_tree(paths)), split_folders)
    reader.read(reader.layout.root)
    return reader.layout


@dataclass(frozen=True, eq=False)
class _Reader:
    """Reads a tree from its top."""

    layout: Layout
    choice: SplitFolders

    def read(self, folder: Folder) -> None:
        """Read a folder that is in no split."""
        folder = self._unwrap(folder)
        splits = self._splits_at(folder)
        if splits:
            self._read_splits(folder, splits)
        elif sets := self._sets_in(folder):
            (self.layout.joined if len(sets) > 1 else self.layout.wrappings).extend(child.path for child in sets)
            self.layout.beside += [child.path for child in folder.children.values() if child not in sets]
            for child in sets:
                self.read(child)
        elif not self._read_splits_in_classes(folder):
            self._read_classes(folder, None)

    def _read_classes(self, folder: Folder, split: Split | None) -> None:
        self.layout.levels.add(folder.path)
        images = images_beside_masks(folder)
        if images is not None and images.is_flat:  # `images` and `masks` are no classes: nothing has a label
            self.layout.annotations += [child.path for child in folder.children.values() if child is not images]
            return
        copies = dict.fromkeys(second_copies(folder))
        self.layout.copies += [child.path for child in copies]
        for name, child in folder.children.items():
            images = images_beside_masks(child)
            if images is not None:
                self.layout.annotations += [other.path for other in child.children.values() if other is not images]
            if child not in copies:
                self.layout.classes[(images or child).path] = (split, name)
        if split is None and self.choice == "auto":
            found = agreeing_splits(folder.children)
            self.layout.like_splits += [folder.children[name].path for name in found]

    def _unwrap(self, folder: Folder) -> Folder:
        """The folder inside of all those that hold nothing but one other."""
        while (inner := self._wrapped(folder)) is not None:
            self.layout.wrappings.append(inner.path)
            self.layout.annotations += [child.path for child in folder.children.values() if child is not inner]
            folder = inner
        return folder

    def _wrapped(self, folder: Folder) -> Folder | None:
        """The one sub-folder in which the data are; None where a folder is no wrapping."""
        inner = folder.only_child or images_beside_masks(folder)
        if inner is None or inner.is_flat or inner.n_direct:
            return None
        word = split_word(inner.name)
        if word is not None and word.is_plain and self.choice != "no":
            return None
        is_named_so = is_filler(inner.name) or inner.name.lower() == folder.name.lower()
        return inner if is_named_so or self._branches(inner) else None

    def _branches(self, folder: Folder) -> bool:
        """Whether a chain of single folders ends in several, or in a split: else it is one class."""
        while (inner := folder.only_child) is not None:
            word = split_word(inner.name)
            if self.choice != "no" and word is not None and word.is_plain and not inner.is_flat:
                return True
            folder = inner
        return len(folder.children) > 1 and not folder.n_direct

    def _splits_at(self, folder: Folder) -> dict[str, Split]:
        """The sub-folders that are splits, if there are any."""
        if self.choice == "no":
            return {}
        found = agreeing_splits(folder.children) | splits_with_the_same_classes(folder)
        found |= training_beside(folder, found)
        if not found or self.choice == "yes":
            return found
        others = [child for name, child in folder.children.items() if name not in found]
        inside = {name: class_level(folder.children[name]) for name in found}
        if any(not base.is_flat for base in inside.values()):
            return found if self._are_splits_with_classes(found, inside, others) else {}
        return found if self._are_flat_splits(found, others) else {}

    def _are_splits_with_classes(
        self, found: dict[str, Split], inside: dict[str, Folder], others: list[Folder]
    ) -> bool:
        """Whether folders called like splits, with folders in them, are splits: two of them, or one beside little."""
        if len(set(found.values())) > 1 or len(others) < 2:
            return True
        names = {name for base in inside.values() for name in base.children}
        return any(names & set(other.children) for other in others)

    def _are_flat_splits(self, found: dict[str, Split], others: list[Folder]) -> bool:
        """Whether folders called like splits, with images straight in them, are splits: not where others are so, too.

        Where they are, their images have no label.
        """
        words = [split_word(name) for name in found]
        if all(word is not None and word.rest for word in words):
            return False
        if any(other.n_direct for other in others):
            return len(others) < len(found)
        return len(others) < 2 or any(map(self._is_set, others))

    def _is_set(self, folder: Folder) -> bool:
        """Whether there are splits with classes in a folder."""
        if folder.path.count("/") > _N_LEVELS_MAX:
            return False
        while (inner := self._wrapped(folder)) is not None:
            folder = inner
        return any(not class_level(folder.children[name]).is_flat for name in self._splits_at(folder))

    def _sets_in(self, folder: Folder) -> list[Folder]:
        """The sub-folders that are data sets of their own, with splits: all of them, or those with several splits."""
        if self.choice == "no" or len(folder.children) < 2:
            return []
        sets = [child for child in folder.children.values() if self._is_set(child)]
        return sets if len(sets) == len(folder.children) or any(map(self._has_several_splits, sets)) else []

    def _has_several_splits(self, folder: Folder) -> bool:
        while (inner := self._wrapped(folder)) is not None:
            folder = inner
        return len(set(self._splits_at(folder).values())) > 1

    def _read_splits(self, folder: Folder, splits: dict[str, Split]) -> None:
        self.layout.levels.add(folder.path)
        bases = self._class_levels({name: folder.children[name] for name in splits})
        self.layout.splits |= {folder.children[name].path: split for name, split in splits.items()}
        rest = folder.without(set(splits))
        if all(base.is_flat for base in bases.values()) and (len(rest.children) > 1 or self._wrapped(rest)):
            self.read(rest)
            return
        self.layout.beside += [child.path for child in rest.children.values()]
        for name, base in through_common_wrapping(bases).items():
            if base is not folder.children[name] and not base.is_flat:
                self.layout.wrappings.append(base.path)
            self.layout.annotations += masks_on_the_way(folder.children[name], base)
            self._read_classes(base, splits[name])

    def _class_levels(self, splits: dict[str, Folder]) -> dict[str, Folder]:
        """Where each split's classes are; a folder that is a class of another split is one here, whatever its name."""
        bases = {name: class_level(split) for name, split in splits.items()}
        classes = {name for base in bases.values() for name in base.children}
        return {
            name: self.layout.root.find(base.path.rpartition("/")[0])
            if base.is_flat and base is not splits[name] and base.name in classes
            else base
            for name, base in bases.items()
        }

    def _read_splits_in_classes(self, folder: Folder) -> bool:
        """`cat/train/1.jpg`: where folders hold nothing but splits, these are the folder's class's."""
        nested = [child for child in folder.children.values() if not child.n_direct]
        if self.choice == "no" or len(folder.children) < 2 or not nested:
            return False
        inside = [agreeing_splits(child.children) for child in nested]
        if any(len(found) < len(child.children) for child, found in zip(nested, inside, strict=True)):
            return False
        kinds = {split for found in inside for split in found.values()}
        if len(nested) < len(folder.children) and len(kinds) < 2:
            return False
        self._read_classes(folder.without({child.name for child in nested}), None)
        for child, found in zip(nested, inside, strict=True):
            self.layout.levels.add(child.path)
            for name, split in found.items():
                self.layout.splits[child.children[name].path] = split
                self.layout.classes[child.children[name].path] = (split, child.name)
        return True
