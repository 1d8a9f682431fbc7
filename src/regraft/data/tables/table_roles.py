"""Which column of a table holds what: by its name, else by what is in it, else it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, plural, quoted
from regraft.data.finding import Finding, make_finding
from regraft.data.folders import has_image_name
from regraft.data.tables.cells import squashed
from regraft.data.tables.column_words import GROUP_WORDS, LABEL_WORDS, PATH_WORDS, Cells, first_named, is_flag, is_one
from regraft.data.tables.split_columns import find_split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regraft.data.manifest import Split
    from regraft.data.reading import Reading
    from regraft.data.tables.columns import Table
    from regraft.data.tables.name_index import NameIndex

_COUNTED = re.compile(r"unnamed:? ?\d+|index|idx|rownames|no|nr|#", re.IGNORECASE)
_N_LABELS_MIN = 20


@dataclass(frozen=True)
class Roles:
    """The columns that are used.

    Attributes:
        path: Of the images' paths.
        label: Of their labels; None where there is none.
        label_names: Of the classes' names, where that of the labels holds their numbers.
        one_hot: Columns that are each a class, with a 1 where an image is of it; empty if there is a column of labels.
        split: Of train, val and test.
        split_flags: Columns that each say yes or no to one split; empty where there is a column of splits.
        group: Of the groups.
        remarks: What was guessed.
    """

    path: str
    label: str | None
    label_names: str | None
    one_hot: tuple[str, ...]
    split: str | None
    split_flags: dict[str, Split]
    group: str | None
    remarks: tuple[Finding, ...]

    def columns(self) -> tuple[str, ...]:
        """All of them, each once."""
        named = (self.path, self.label, self.label_names, *self.one_hot, self.split, *self.split_flags, self.group)
        return tuple(dict.fromkeys(name for name in named if name is not None))


def find_roles(table: Table, reading: Reading, index: NameIndex) -> Roles:
    """Choose columns. What is known by its name is not looked for in other columns, and a guess reads a sample.

    Args:
        table: The table.
        reading: What the user says of it.
        index: The images that its cells can mean.

    Raises:
        OptionError: A column that the user names is not there.
        DataError: No column can be that of the paths.
    """
    path, about_path = _find_path(table, reading, index)
    group = reading.group_by if reading.group_by in table.names else first_named(table, GROUP_WORDS, but=(path,))
    label = _named(table, reading.label_column, "--label-column")
    split, flags, about_split = find_split(table, (path, group, label))
    remarks = [*table.remarks, *about_path, *about_split]
    one_hot: tuple[str, ...] = ()
    label_names = None
    if label is None:
        taken = (path, split, group, *flags)
        label, one_hot, remark = _find_label(table, taken)
        label_names = None if label is None else _names_of(table, label, taken)
        remarks += remark if label_names is None else _names_remark(str(label), label_names)
    return Roles(path, label, label_names, one_hot, split, flags, group, tuple(remarks))


def _find_path(table: Table, reading: Reading, index: NameIndex) -> tuple[str, tuple[Finding, ...]]:
    said = _named(table, reading.path_column, "--path-column")
    if said is not None:
        return said, ()
    named = first_named(table, PATH_WORDS)
    empty: list[str] = []
    while named is not None and not any(table.sample(named)):
        empty.append(named)
        named = first_named(table, PATH_WORDS, but=empty)
    if named is None and empty:
        return empty[0], ()
    if named is not None and _names_images(table, named, index):
        return named, ()
    path = _guess_path(table, index)
    message = f"The paths are taken from column {quoted(path)}, the only one that names images. If that is "
    return path, (make_finding("guessed_path_column", "note", f"{message}wrong: --path-column NAME.", 1, [path]),)


def _named(table: Table, name: str | None, option: str) -> str | None:
    """The column that the user names, letter by letter or nearly."""
    if name is None or name in table.names:
        return name
    found = first_named(table, (squashed(name),))
    if found is None:
        raise OptionError(f"{table.path} has no column {quoted(name)} ({option}). It has: {', '.join(table.names)}.")
    return found


def _names_images(table: Table, named: str, index: NameIndex) -> bool:
    """Whether a column that is called like one of paths is one: `id` is not where another one names images."""
    if "path" in squashed(named) or _has_image_names(table, named):
        return True
    if not any(_has_image_names(table, name) for name in table.plain if name != named):
        return True
    return index.n_named([cell for cell in table.sample(named) if cell]) > 0


def _guess_path(table: Table, index: NameIndex) -> str:
    """The column that holds names of images; or else the one whose values are the names of files there are."""
    found = [name for name in table.plain if _has_image_names(table, name)]
    found = found or [name for name in table.plain if _names_files(table, name, index)]
    if len(found) == 1:
        return found[0]
    several = f" Of these, {', '.join(found)} hold names of images." if found else ""
    raise DataError(
        f"{table.path} has no column 'path'. It has: {', '.join(table.names)}.{several} Name the column of the images' "
        "files with --path-column, or call it path, file, filename, image or image_id."
    )


def _has_image_names(table: Table, name: str) -> bool:
    cells = [cell for cell in table.sample(name) if cell]
    return sum(map(has_image_name, cells)) > len(cells) // 2


def _names_files(table: Table, name: str, index: NameIndex) -> bool:
    cells = [cell for cell in table.sample(name) if cell]
    is_unlike = len(set(cells)) > len(cells) // 2 and not _COUNTED.fullmatch(name)
    return is_unlike and 2 * index.n_named(cells) > len(cells)


def _find_label(table: Table, taken: tuple[str | None, ...]) -> tuple[str | None, tuple[str, ...], tuple[Finding, ...]]:
    """A column of labels, or columns of ones and zeros, or neither; and what was guessed."""
    by_name = [name for word in LABEL_WORDS for name in table.names if squashed(name) == word and name not in taken]
    if by_name:
        filled = [name for name in by_name if any(table.cells(name))] if len(by_name) > 1 else by_name
        remark = _several_labels(filled) if filled else ()
        if filled and by_name[0] not in filled:
            message = f"Column {quoted(by_name[0])} is empty: the labels are taken from column {quoted(filled[0])}."
            remark += (make_finding("empty_label_column", "note", message, 1, by_name),)
        return (filled or by_name)[0], (), remark
    others = {name: table.cells(name) for name in table.plain if name not in taken}
    others = {name: cells for name, cells in others.items() if any(cells) and not _is_count(name, cells)}
    if len(classes := _find_one_hot(others)) > 1:
        message = (
            f"{plural(len(classes), 'column')} of ones and zeros, one 1 in each row, are taken for the classes. "
            "If that is wrong: --label-column NAME."
        )
        return None, classes, (make_finding("one_hot_labels", "note", message, len(classes), classes),)
    candidates = [name for name, cells in others.items() if _is_label(name, cells)]
    texts = [name for name in candidates if not _is_number(others[name])]
    chosen = candidates if len(candidates) == 1 else texts
    if len(chosen) == 1:
        message = (
            f"The labels are taken from column {quoted(chosen[0])}, the only other one that can hold them. If that is "
        )
        return (
            chosen[0],
            (),
            (make_finding("guessed_label_column", "note", f"{message}wrong: --label-column NAME.", 1, chosen),),
        )
    return None, (), tuple(_no_label(table, others, candidates))


def _names_of(table: Table, label: str, taken: tuple[str | None, ...]) -> str | None:
    """The column that has a name for each number of the labels' column, where there is one."""
    numbers = table.cells(label)
    if not all(cell is None or cell.lstrip("+-").isdecimal() for cell in numbers):
        return None
    for name in table.plain:
        if name == label or name in taken or squashed(name) not in LABEL_WORDS:
            continue
        names = table.cells(name)
        pairs = set(zip(numbers, names, strict=True)) - {(None, None)}
        n_each = [len({pair[side] for pair in pairs}) for side in (0, 1)]
        if n_each == [len(pairs)] * 2 and not any(None in pair or str(pair[1]).isdecimal() for pair in pairs):
            return name
    return None


def _names_remark(label: str, names: str) -> tuple[Finding, ...]:
    message = f"Column {quoted(names)} names the numbers of column {quoted(label)}: the classes are called by it."
    return (make_finding("named_labels", "note", message, 1, [label, names]),)


def _several_labels(names: Sequence[str]) -> tuple[Finding, ...]:
    if len(names) < 2:
        return ()
    message = (
        f"Several columns can hold the labels: {quoted(names[0])} is used. Another one: --label-column {names[1]}."
    )
    return (make_finding("several_label_columns", "note", message, len(names), names),)


def _no_label(table: Table, others: dict[str, Cells], candidates: Sequence[str]) -> Iterator[Finding]:
    if not others:
        return
    flags = [name for name, cells in others.items() if is_flag(cells)]
    several = ""
    if len(flags) > 1:
        n_wrong = _n_wrong_rows(others[name] for name in flags)
        several = (
            f" {len(flags)} columns hold ones and zeros, and {plural(n_wrong, 'row')} not exactly one 1: an image has "
            "one class."
        )
    message = (
        f"{table.path.name} has no column that must be the labels. It has: {', '.join(table.names)}.{several} "
        "Name one with --label-column, or call it label, class or category."
    )
    yield make_finding("no_label_column", "warning", message, max(1, len(candidates)), candidates or list(others))


def _find_one_hot(others: dict[str, Cells]) -> tuple[str, ...]:
    flags = {name: cells for name, cells in others.items() if is_flag(cells)}
    return tuple(flags) if flags and not _n_wrong_rows(flags.values()) else ()


def _n_wrong_rows(flags: Iterable[Cells]) -> int:
    """Rows with ones and zeros, and not exactly one 1."""
    return sum(sum(map(is_one, row)) != 1 for row in zip(*flags, strict=True) if any(row))


def _is_count(name: str, cells: Cells) -> bool:
    """Whether a column only counts the rows."""
    if not _COUNTED.fullmatch(name):
        return False
    numbers = [cell for cell in cells if cell]
    return [str(number) for number in range(len(numbers))] == numbers or [
        str(number) for number in range(1, len(numbers) + 1)
    ] == numbers


def _is_label(name: str, cells: Cells) -> bool:
    """Whether values repeat as those of labels do; in a small table those of a number or a name of a file must, too."""
    given = [cell for cell in cells if cell]
    found = set(given)
    if len(found) > max(_N_LABELS_MIN, len(cells) // 2 + 1) or any(map(has_image_name, found)):
        return False
    if squashed(name) in PATH_WORDS or any(re.fullmatch(r"[+-]?\d*[.,]\d*[1-9]\d*", cell, re.ASCII) for cell in found):
        return len(found) < len(given) and len(found) <= len(given) // 2 + 1
    return len(found) <= max(_N_LABELS_MIN, len(cells) // 2)


def _is_number(cells: Cells) -> bool:
    return all(re.fullmatch(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?", cell, re.ASCII) for cell in set(cells) if cell)
