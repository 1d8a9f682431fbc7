"""Which images may belong together, by what their paths and looks say: candidates, none of them believed yet."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from regraft.auditing.checks import require
from regraft.data import group_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages

GroupingKind = Literal["names", "folders", "dates", "days", "order"]
"""names: a part of the files' names · folders: folders besides those of the classes · dates: dates in paths · days: the
days on which pictures were taken, by EXIF · order: neighbouring files."""

_SEPARATORS = ("_", "-", " ")
_N_FIELDS = 3
_AUGMENTATIONS = (
    "aug|rot|flip|hflip|vflip|mirror|crop|zoom|shift|scale|shear|noise|noisy|blur|bright|dark|contrast|copy|gauss|jitter"
    "|invert|gr[ae]y"
)
_DATE = r"(?<!\d)((?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01]))"
_OR_ALONE = "|([^/]+)$"
"""What makes a group of its own of a file that the rest of an expression does not match."""
_N_SAMPLED = 300
_N_LETTERS_MAX = 150
"""Longer names are not looked into: the time that an expression takes grows faster than they do."""
_MATCHED_MIN = 0.95
_N_GROUPS_MIN = 3
_SHARED_MIN = 0.1
"""So large a part of the images must be in a group with another one of their class, and ten at least."""
_N_SHARED_MIN = 10
_PAIRS_MAX = 0.6
"""Groups that hold a larger part of all pairs of a class are hardly anything else than the class."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """A way to say which images belong together.

    Attributes:
        kind: What says so.
        expression: What `--group-by` takes; empty where no expression says it.
        codes: (n,) int64, the group of each image.
    """

    kind: GroupingKind
    expression: str
    codes: NDArray[np.int64]

    @property
    def n_groups(self) -> int:
        """How many there are."""
        return len(np.unique(self.codes))


def candidate_groupings(images: AuditedImages) -> list[Grouping]:
    """All groupings by names, folders, dates and days that could be tracks; of equal ones the simplest.

    What is no track by its sizes is none: groups of one image each, one huge group, groups that are the classes, or the
    sides of the split.
    """
    found: dict[bytes, Grouping] = {}
    for kind, expression in sorted(_expressions(images.paths), key=lambda pair: len(pair[1])):
        codes = _matched(images.paths, expression)
        if codes is None:
            continue
        completed, numbers = codes
        _keep(found, Grouping(kind, completed, numbers), images)
    if (days := days_of(images)) is not None:
        _keep(found, Grouping("days", "", days), images)
    return list(found.values())


def within_folders(paths: Sequence[str], grouping: Grouping) -> Grouping:
    """The same, but in each folder by itself, where names come back; the shortest expression that says so."""
    folders = [path.rpartition("/")[0] for path in paths]
    wanted = _crossed(numbered(folders), grouping.codes)
    if _same(wanted, grouping.codes):
        return grouping
    body = grouping.expression.removesuffix(_OR_ALONE)
    tail = _OR_ALONE if body != grouping.expression else ""
    for lead in ("([^/]+)/", "([^/]+)/[^/]*?", "(.+)/", "(.+)/[^/]*?"):
        names = group_names(paths, f"{lead}{body}{tail}")
        if None not in names and _same(numbered(names), wanted):
            return Grouping(grouping.kind, f"{lead}{body}{tail}", wanted)
    return grouping


def _keep(found: dict[bytes, Grouping], grouping: Grouping, images: AuditedImages) -> None:
    key = _first_seen(grouping.codes).tobytes()
    if key in found or not could_be_tracks(grouping.codes, images.labels):
        return
    if not _same(_crossed(images.labels, grouping.codes), _crossed(images.labels, numbered(images.sides))):
        found[key] = grouping


def could_be_tracks(codes: NDArray[np.int64], labels: NDArray[np.int64]) -> bool:
    """Whether the groups have sizes that tracks have, seen within the classes."""
    if len(np.unique(codes)) < _N_GROUPS_MIN:
        return False
    _pairs, places, sizes = np.unique(np.stack([labels, codes]), axis=1, return_inverse=True, return_counts=True)
    n_shared = int((sizes[places.ravel()] > 1).sum())
    counts = np.unique(labels, return_counts=True)[1].astype(np.float64)
    n_pairs, n_all = float((sizes * (sizes - 1.0)).sum()), float((counts * (counts - 1)).sum())
    return n_shared >= max(_N_SHARED_MIN, _SHARED_MIN * len(labels)) and n_pairs <= _PAIRS_MAX * n_all


def _expressions(paths: Sequence[str]) -> Iterator[tuple[GroupingKind, str]]:
    names = [path.rpartition("/")[2] for path in _sampled(paths)]
    if max(map(len, names), default=0) <= _N_LETTERS_MAX:
        yield from (("names", expression) for expression in _name_expressions(names))
    yield "dates", _DATE
    if any("/" in path for path in paths):
        for expression in ("^(.+)/", "^([^/]+)/", "^[^/]+/([^/]+)/", "([^/]+)/[^/]+$", "([^/]+)/[^/]+/[^/]+$"):
            yield "folders", expression


def _name_expressions(names: Sequence[str]) -> Iterator[str]:
    for separator in _SEPARATORS:
        yield from _fields(separator)
    yield "([^/]+)$"  # one name in several folders
    yield r"([^/.]+)\.[^/]*\."
    if _have_equally_many_numbers(names):
        yield r"([^/\d]*\d+)[^/\d]+\d[^/]*$"
        yield r"(\d+)[^/\d]+\d[^/]*$"
        yield r"([^/]*[^/\d])\d+[^/\d]*\.[^/.]+$"
    yield rf"([^/]+?)(?:[ _-]*+(?:{_AUGMENTATIONS})[a-z]*+(?:[ _-]?\d+)?+)*+(?: ?\(\d+\))?\.[^/.]+$"
    yield rf"(?:(?:{_AUGMENTATIONS})[a-z]*+\d*+[ _.-]++)*+([^/]+)$"


def _have_equally_many_numbers(names: Sequence[str]) -> bool:
    """Whether names are made alike: those that are drawn at random have now more, now fewer numbers."""
    counts = Counter(len(re.findall(r"\d+", name)) for name in names)
    return bool(names) and counts.most_common(1)[0][1] >= _MATCHED_MIN * len(names)


def _sampled(paths: Sequence[str]) -> Sequence[str]:
    return paths[:: max(1, len(paths) // _N_SAMPLED)]


def _fields(separator: str) -> Iterator[str]:
    """A name's first fields, all but its last ones, and each by itself."""
    mark, letter = re.escape(separator), f"[^/{separator}]"
    yield rf"(\d+){mark}"
    for n_fields in range(1, _N_FIELDS + 1):
        yield f"({letter}+{f'{mark}{letter}+' * (n_fields - 1)}){mark}[^/]*$"
        yield f"([^/]+){f'{mark}{letter}*' * n_fields}$"
    for n_before in range(1, _N_FIELDS):
        yield f"{f'{letter}+{mark}' * n_before}({letter}+){mark}[^/]*$"
    yield rf"{mark}([^/.{separator}]+)\.[^/.]+$"
    yield f"{mark}({letter}+){mark}{letter}*$"


def _matched(paths: Sequence[str], expression: str) -> tuple[str, NDArray[np.int64]] | None:
    """The expression, completed where a few names are otherwise, and each path's group; None where many are."""
    some = _sampled(paths)
    first_few = some[: int((1 - _MATCHED_MIN) * len(some)) + 1]
    if not any(name is not None for name in group_names(first_few, expression)):
        return None  # and too few of the others could match
    sampled = group_names(some, expression)
    if sum(name is not None for name in sampled) < _MATCHED_MIN * len(sampled):
        return None
    if len(sampled) > 1 and len(set(sampled)) == 1:
        return None
    names = group_names(paths, expression)
    if None in names:
        expression += _OR_ALONE
        names = group_names(paths, expression)
    return (expression, numbered(names)) if None not in names else None


def require_days(images: AuditedImages) -> None:
    """See that it is known when the images were taken.

    Raises:
        NotChecked: Too few of them have a date.
    """
    n_dated = 0 if images.looks is None else int((images.looks["taken"] != b"").sum())
    n_least = math.ceil(_MATCHED_MIN * len(images))
    require(n_dated, n_least, "image with a date (EXIF)", "images with a date (EXIF)")


def days_of(images: AuditedImages) -> NDArray[np.int64] | None:
    """(n,) the day on which each picture was taken; those without one each by itself. None where most have none."""
    if images.looks is None:
        return None
    days = images.looks["taken"].astype("S10")
    if (days != b"").sum() < _MATCHED_MIN * len(images):
        return None
    return numbered([day.decode("ascii", "replace") or str(row) for row, day in enumerate(days.tolist())])


def numbered(names: Sequence[str | None]) -> NDArray[np.int64]:
    """(n,) equal names as equal numbers, by first appearance."""
    numbers: dict[str | None, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _crossed(one: NDArray[np.int64], two: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) equal where both are."""
    crossed: NDArray[np.int64] = np.unique(np.stack([one, two]), axis=1, return_inverse=True)[1].ravel()
    return crossed


def _first_seen(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Groups numbered by first appearance: equal for equal groupings."""
    _codes, firsts, places = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(firsts))[places.ravel()].astype(np.int64)


def _same(one: NDArray[np.int64], two: NDArray[np.int64]) -> bool:
    return bool((_first_seen(one) == _first_seen(two)).all())
