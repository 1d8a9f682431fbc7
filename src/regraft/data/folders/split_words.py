"""Names of folders that speak of a split: `train`, `test_set`, `seg_train`, `Final_Test`, `valData`, `train2017`."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regraft.data.manifest import Split

SPLIT_NAMES: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
"""Words that say a split by themselves."""
_IN_COMPANY: dict[str, Split] = {
    "trn": "train",
    "trainval": "train",
    "dev": "val",
    "tst": "test",
    "eval": "test",
    "evaluation": "test",
    "holdout": "test",
}
"""Words that say one only beside another split."""
_WORDS = SPLIT_NAMES | _IN_COMPANY
_DATA_WORDS = frozenset((
    "data", "dataset", "datasets", "dir", "file", "files", "folder", "image", "images", "img", "imgs", "photo",
    "photos", "pic", "pics", "picture", "pictures", "set", "sets",
))  # fmt: skip
"""Words that say only that there are data."""
_FILLERS = _DATA_WORDS | {
    "cropped", "final", "full", "new", "original", "raw", "resized", "sample", "samples", "seg", "split", "splits",
}  # fmt: skip
"""Words that are put beside a split's, and mean nothing."""
_ANNOTATIONS = frozenset((
    "anno", "annos", "annotation", "annotations", "bbox", "bboxes", "boxes", "groundtruth", "gt", "label",
    "labels", "mask", "masked", "masks", "segmask", "segmasks", "segmentation", "segmentations", "trimap",
    "trimaps",
))  # fmt: skip
_PART_WORDS = _DATA_WORDS | {"batch", "chunk", "disc", "disk", "fold", "part", "parts", "shard", "vol", "volume"}
"""Words of the parts of one data set, beside their numbers."""
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_JOINED = re.compile(
    rf"(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    rf"(?P<filler>{'|'.join(sorted(_FILLERS, key=len, reverse=True))})"
)
"""`trainset`, `testdata`."""


@dataclass(frozen=True)
class SplitWord:
    """What a name says of a split.

    Attributes:
        split: Which.
        rest: The name's other words, but for fillers and numbers; in lower case.
        is_plain: The name is nothing but a word that says a split by itself.
    """

    split: Split
    rest: tuple[str, ...]
    is_plain: bool


def split_word(name: str) -> SplitWord | None:
    """The split that a folder's name speaks of, by a whole part of it; None where it speaks of none, or of several."""
    plain = SPLIT_NAMES.get(name.strip().lower())
    if plain is not None:
        return SplitWord(plain, (), is_plain=True)
    parts = words_of(name)
    splits = {_WORDS[part] for part in parts if part in _WORDS}
    if len(splits) != 1:
        return None
    rest = tuple(part for part in parts if part not in _WORDS and part not in _FILLERS and not part.isdecimal())
    return SplitWord(splits.pop(), rest, is_plain=False)


def said_split(text: str) -> Split | None:
    """The split that a table's cell names: `Train`, `test_set`, `validation`; None where it says anything else too."""
    word = split_word(text)
    return None if word is None or word.rest else word.split


def agreeing_splits(names: Iterable[str]) -> dict[str, Split]:
    """The folders of one level that may be splits.

    A plain word may stand alone. `seg_train` needs another split beside it that is called alike (`seg_test`), and
    `train_images` one of any such name: `test_tube` beside `beaker` is none.
    """
    words = {name: word for name in names if (word := split_word(name)) is not None}
    alike: defaultdict[tuple[str, ...], set[Split]] = defaultdict(set)
    for word in words.values():
        alike[word.rest].add(word.split)
    return {name: word.split for name, word in words.items() if word.is_plain or len(alike[word.rest]) > 1}


def is_filler(name: str) -> bool:
    """Whether a folder's name says only that there are data: `images`, `dataset`, `Photos 2`."""
    parts = words_of(name)
    return bool(parts) and all(part in _DATA_WORDS or part.isdecimal() for part in parts) and not name.isdecimal()


def is_annotation(name: str) -> bool:
    """Whether a folder's name says that it holds what was drawn about images, not images: `masks`, `annotations`."""
    parts = words_of(name)
    return bool(parts) and all(part in _ANNOTATIONS or part in _FILLERS for part in parts) and not is_filler(name)


def are_parts(names: Sequence[str]) -> bool:
    """Whether names are those of parts, not of classes: `images_001`, `images_002`; `HAM_part_1`, `HAM_part_2`."""
    plain = {tuple(part for part in words_of(name) if not part.isdecimal()) for name in names}
    return len(names) > 1 and len(plain) == 1 and bool(_PART_WORDS & set(*plain))


def words_of(name: str) -> list[str]:
    """The words and numbers that a name is made of, in lower case; `trainset` is two."""
    found: list[str] = []
    for part in _PARTS.findall(name):
        joined = _JOINED.fullmatch(part.lower())
        found += [part.lower()] if joined is None else [joined["word"], joined["filler"]]
    return found
