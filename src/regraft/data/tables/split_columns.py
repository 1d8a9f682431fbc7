"""Which columns of a table say the split of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import plural, quoted
from regraft.data.finding import Finding, make_finding
from regraft.data.folders import said_split
from regraft.data.tables.cells import squashed
from regraft.data.tables.column_words import LABEL_WORDS, SPLIT_COLUMN_WORDS, Cells, first_named, is_flag

if TYPE_CHECKING:
    from regraft.data.manifest import Split
    from regraft.data.tables.columns import Table

_FLAGS: dict[str, Split] = {
    **dict.fromkeys(("isvalid", "isval", "isvalidation"), "val"),
    **dict.fromkeys(("istest", "istesting", "istestimage"), "test"),
    **dict.fromkeys(("istrain", "istraining", "istrainingimage"), "train"),
}
"""Columns that say yes or no to a split."""
_N_NAMES_MAX = 20


def find_split(table: Table, taken: tuple[str | None, ...]) -> tuple[str | None, dict[str, Split], tuple[Finding, ...]]:
    """The column of splits, or those that say yes or no to one, and what was guessed."""
    remarks: tuple[Finding, ...] = ()
    split = first_named(table, SPLIT_COLUMN_WORDS, but=taken)
    if split is not None and _says_splits(table, split):
        return split, {}, ()
    if split is not None:
        message = f"Column {quoted(split)} says nothing of train, val or test: it is not used as the split."
        remarks = (make_finding("no_split_column", "note", message, 1, [split]),)
    if flags := _find_flags(table, taken):
        message = (
            f"{plural(len(flags), 'column')} of yes and no ({', '.join(flags)}) {'is' if len(flags) == 1 else 'are'} "
            "used as the split. If these are labels: --label-column NAME."
        )
        return None, flags, (*remarks, make_finding("split_flags", "note", message, len(flags), flags))
    if split := _guess_split(table, taken):
        message = f"Column {quoted(split)} holds only names of splits: it is used as the split."
        return split, {}, (*remarks, make_finding("guessed_split_column", "note", message, 1, [split]))
    return None, {}, remarks


def _find_flags(table: Table, taken: tuple[str | None, ...]) -> dict[str, Split]:
    named = {name: _FLAGS[squashed(name)] for name in table.plain if squashed(name) in _FLAGS and name not in taken}
    return {name: split for name, split in named.items() if any(table.cells(name)) and is_flag(table.cells(name))}


def _guess_split(table: Table, taken: tuple[str | None, ...]) -> str | None:
    """A column that holds nothing but names of splits, and of two at least."""
    for name in table.plain:
        if name in taken or squashed(name) in LABEL_WORDS or None in _splits_said(table.sample(name)):
            continue
        splits = _splits_said(table.cells(name))
        if len(splits) > 1 and None not in splits:
            return name
    return None


def _splits_said(cells: Cells) -> set[Split | None]:
    """The splits that are named; None where something else is, too."""
    found = {cell for cell in cells if cell}
    return {said_split(cell) for cell in found} if len(found) <= _N_NAMES_MAX else {None}


def _says_splits(table: Table, name: str) -> bool:
    cells = {cell for cell in table.cells(name) if cell}
    return squashed(name) == "split" or not cells or any(map(said_split, cells))
