"""The class of each image of a set of shards: by its record's text, its number, and the lists beside the shards."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from regraft.data.shards.class_lists import ClassList, gaps, read_class_list
from regraft.data.tables import placeholder_remark, without_placeholders, without_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from regraft.data.finding import Finding
    from regraft.data.shards.contents import ListedImage


def name_classes(
    rows: Sequence[ListedImage], paths: Sequence[str], folders: set[Path]
) -> tuple[list[str | None], tuple[Finding, ...]]:
    """The classes' names, None where there is no label; and what was guessed.

    Args:
        rows: n images.
        paths: The n paths, for remarks.
        folders: Where lists of classes may lie.
    """
    listed = _read_class_lists(folders, rows)
    rows = [_numbered(row, listed.names) for row in rows]
    texts, no_words = without_words([row.text if row.label is None else None for row in rows], paths)
    rows = [row if row.label is not None else replace(row, text=text) for row, text in zip(rows, texts, strict=True)]
    rows, dropped = _without_placeholders(rows, has_names=bool(listed.names))
    unlabelled = [paths[place] for place in sorted(dropped)]
    minus_one = placeholder_remark(len(unlabelled), unlabelled, {_written(row) for row in rows})
    classes = _name_pairs({(row.label, row.text) for row in rows}, listed.names)
    return [classes[row.label, row.text] for row in rows], (*listed.remarks, *no_words, *minus_one)


def _read_class_lists(folders: set[Path], rows: Sequence[ListedImage]) -> ClassList:
    labels = {label for label in map(_number, rows) if label is not None and label >= 0}
    lists = [read_class_list(folder).fitted(labels) for folder in sorted(folders)]
    names = {number: name for one in lists for number, name in one.names.items()}
    unnamed = {label for row in rows if row.text is None and (label := row.label) is not None and label >= 0} - {*names}
    remarks = (remark for one in lists for remark in (*one.remarks, *(gaps(unnamed) if one.names else ())))
    return ClassList(names, remarks=tuple(dict.fromkeys(remarks)))


def _number(row: ListedImage) -> int | None:
    """A label as a number, zeros before it or not."""
    text = row.text or ""
    return int(text) if row.label is None and text.isascii() and text.isdigit() and len(text) <= 18 else row.label


def _numbered(row: ListedImage, names: Mapping[int, str]) -> ListedImage:
    """A row whose label is written with zeros before it, as the number that a list names."""
    number = _number(row)
    return replace(row, label=number, text=None) if row.label is None and number in names else row


def _written(row: ListedImage) -> str | None:
    return row.text if row.label is None else str(row.label)


def _without_placeholders(rows: Sequence[ListedImage], *, has_names: bool) -> tuple[list[ListedImage], set[int]]:
    """Rows without labels of -1, and which they were; numbers with names are never negative."""
    named = has_names or any(row.label is not None and row.text is not None for row in rows)
    numbers = [None if row.label is None and named else _written(row) for row in rows]
    if named:
        kept: Sequence[str | None] = [
            None if number is None or number.startswith("-") else number for number in numbers
        ]
    else:
        kept, _n = without_placeholders(numbers)
    dropped = {place for place, (before, after) in enumerate(zip(numbers, kept, strict=True)) if before != after}
    return [_unlabelled(row) if place in dropped else row for place, row in enumerate(rows)], dropped


def _unlabelled(row: ListedImage) -> ListedImage:
    return replace(row, label=None, text=None if row.label is None else row.text)


def _name_pairs(
    pairs: set[tuple[int | None, str | None]], listed: Mapping[int, str]
) -> dict[tuple[int | None, str | None], str | None]:
    """The class of each pair of number and text. A name that two numbers share is told apart by the number."""
    texts: dict[int, set[str]] = {}
    for label, text in pairs:
        if label is not None and text is not None:
            texts.setdefault(label, set()).add(text)
    plain = {label: _plain_name(label, texts.get(label, set()), listed) for label, _text in pairs if label is not None}
    shared = {name for name, n in Counter(plain.values()).items() if n > 1}
    by_label = {label: f"{name} ({label})" if name in shared else name for label, name in plain.items()}
    return {(label, text): text if label is None else by_label[label] for label, text in pairs}


def _plain_name(label: int, texts: set[str], listed: Mapping[int, str]) -> str:
    if len(texts) == 1:
        return next(iter(texts))
    return listed.get(label) or "/".join(sorted(texts)) or str(label)
