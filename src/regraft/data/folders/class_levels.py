"""Where the classes of a folder are, and which folders beside each other are splits of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from regraft.data.folders.split_words import is_annotation, is_filler, split_word, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regraft.data.folders.folder_tree import Folder
    from regraft.data.manifest import Split


def splits_with_the_same_classes(folder: Folder) -> dict[str, Split]:
    """Folders that speak of different splits, and hold class folders of the same names as no other folder does."""
    words = {name: word for name in folder.children if (word := split_word(name)) is not None}
    classes = {name: set(class_level(child).children) for name, child in folder.children.items()}
    elsewhere = {inner for name in classes.keys() - words.keys() for inner in classes[name]}
    holders: defaultdict[str, set[Split]] = defaultdict(set)
    for name, word in words.items():
        for inner in classes[name]:
            holders[inner].add(word.split)
    shared = {inner for inner, splits in holders.items() if len(splits) > 1} - elsewhere
    return {name: word.split for name, word in words.items() if not shared.isdisjoint(classes[name])}


def training_beside(folder: Folder, found: Mapping[str, Split]) -> dict[str, Split]:
    """Training images without a word, beside folders that speak of a test: `rps` beside `rps-test-set`.

    It is the one folder that has all of their classes, and all words of their names.

    Args:
        folder: The folder of them all.
        found: Those that are known to be splits; where there is none, a single folder may be one.

    Returns:
        All of them; empty where there is no such folder.
    """
    words = {name: word for name in folder.children if (word := split_word(name)) is not None}
    tests = {name: word for name, word in words.items() if name in found or len(words) == 1}
    if not tests or any(word.split == "train" for word in words.values()):
        return {}
    classes = {name: set(class_level(child).children) for name, child in folder.children.items()}
    wanted = set().union(*(classes[name] for name in tests))
    rest = {part for word in tests.values() for part in word.rest}
    fitting = [
        name
        for name in folder.children.keys() - words.keys()
        if wanted and wanted <= classes[name] and rest <= set(words_of(name))
    ]
    return {**{name: word.split for name, word in tests.items()}, fitting[0]: "train"} if len(fitting) == 1 else {}


def second_copies(folder: Folder) -> list[Folder]:
    """Sub-folders whose folders are called like the classes beside them: the same data set once more."""
    names = folder.children.keys()
    return [
        child
        for name, child in folder.children.items()
        if not child.n_direct
        and len(child.children) > 1
        and name not in child.children
        and child.children.keys() <= names
    ]


def masks_on_the_way(folder: Folder, base: Folder) -> list[str]:
    """The folders of masks that were passed by between a folder and its class level."""
    passed = []
    while folder is not base and (inner := folder.only_child or images_beside_masks(folder)) is not None:
        passed += [child.path for child in folder.children.values() if child is not inner]
        folder = inner
    return passed


def images_beside_masks(folder: Folder) -> Folder | None:
    """The folder of the images, where the others beside it hold masks or the like."""
    rest = [child for name, child in folder.children.items() if not is_annotation(name)]
    return rest[0] if len(rest) == 1 < len(folder.children) and is_filler(rest[0].name) else None


def class_level(split: Folder) -> Folder:
    """Where a split's classes are: in it, or in folders in it that are called like it (`seg_train/seg_train/cat`).

    A split without class folders gives a flat one.
    """
    base, said = split, split_word(split.name)
    while (inner := base.only_child or images_beside_masks(base)) is not None:
        word = split_word(inner.name)
        is_alike = word is not None and said is not None and word.split == said.split
        is_mixed = inner.n_direct > 0 and not inner.is_flat
        if is_mixed or not (is_alike or is_filler(inner.name) or inner.name.lower() == base.name.lower()):
            break
        base = inner
    return base


def through_common_wrapping(bases: dict[str, Folder]) -> dict[str, Folder]:
    """The class levels below the only folder of every split: `train/flowers/rose`, `test/flowers/rose`."""
    while True:
        labelled = [base for base in bases.values() if not base.is_flat]
        inner = [base.only_child for base in labelled]
        names = {child.name for child in inner if child is not None and not child.is_flat and not child.n_direct}
        if len(names) != 1 or any(child is None or child.is_flat or child.n_direct for child in inner):
            return bases
        if all(len(child.children) < 2 for child in inner if child is not None):
            return bases
        bases = {name: base.only_child or base for name, base in bases.items()}
