"""Data sets as tables with the columns path, label and perhaps split and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, OptionError, quoted
from regraft.data.folders import said_split
from regraft.data.manifest import Manifest, Split
from regraft.data.names import label_positions
from regraft.data.packing import filled, shared, sorted_rows, taken
from regraft.data.reading import Reading
from regraft.data.tables.cells import placeholder_remark, whole_number, without_placeholders, without_words
from regraft.data.tables.column_words import HEADER_WORDS, Cells, is_one
from regraft.data.tables.columns import Columns, open_table
from regraft.data.tables.other_columns import read_other_columns
from regraft.data.tables.table_files import find_files, index_of
from regraft.data.tables.table_roles import Roles, find_roles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.data.finding import Finding
    from regraft.data.tables.name_index import NameIndex

_SPLITS: tuple[Split, ...] = ("train", "test", "val")


def read_table(table: Path, reading: Reading | None = None) -> Manifest:
    """Read a table of images.

    Args:
        table: A `.csv` or `.tsv` file with a header line, a `.parquet` file, or a list of files (`.txt`) with or
            without labels. Columns: `path` (or file, image, image_id, ...: relative to the table's folder), `label` (or
            class, category, ...: numbers or text, empty where unknown; or one column of ones and zeros for each
            class), and if wanted `split` (train, val, test) and `group`. What is guessed is a remark. Other columns are
            kept, by which parts of the images can be told from each other.
        reading: What the user says of it.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: Columns are missing, or a row makes no sense; the message names row and column.
        OptionError: A column that the user names is not there.
    """
    reading = reading or Reading()
    opened = open_table(table, HEADER_WORDS)
    index = index_of(table, reading.root)
    roles = find_roles(opened, reading, index)
    group_by = reading.group_by
    is_pattern = group_by is not None and group_by not in opened.names
    if is_pattern and str(group_by).isidentifier():
        raise OptionError(f"{table} has no column {quoted(group_by)} to group by. It has: {', '.join(opened.names)}.")
    others = read_other_columns(opened, roles.columns())
    columns = opened.read(roles.columns())
    del opened  # it keeps its columns
    manifest = _manifest(columns, roles, index, reading, others)
    return manifest.with_groups_from(str(group_by)) if is_pattern else manifest


def _manifest(
    columns: Columns, roles: Roles, index: NameIndex, reading: Reading, others: Mapping[str, Cells]
) -> Manifest:
    rows = _filled_rows(columns)
    if rows is not None:
        cells = {name: taken(column, rows) for name, column in columns.cells.items()}
        columns = Columns(columns.table, cells, [columns.places[row] for row in rows.tolist()], columns.unit)
        others = {name: taken(column, rows) for name, column in others.items()}
    files = find_files(_paths(columns, roles.path), columns.table, reading.root, index)
    given, remarks = _labels(columns, roles, files.paths)
    labels, class_names = label_positions(given)
    splits, groups = _splits(columns, roles, len(labels)), columns.cells[roles.group] if roles.group else None
    del columns, given
    root, paths, remarks = files.root, files.paths, (*roles.remarks, *files.remarks, *remarks)
    order = sorted_rows(paths, labels)
    del files
    paths = taken(paths, order)
    return Manifest(
        root=root,
        paths=paths,
        labels=labels[order],
        class_names=class_names,
        splits=tuple(taken(splits, order)),
        groups=(None,) * len(labels) if groups is None else shared(taken(groups, order)),
        remarks=remarks,
        columns={name: shared(taken(column, order)) for name, column in others.items()},
    )


def _filled_rows(columns: Columns) -> NDArray[np.int64] | None:
    """The rows that hold anything, where they are not all; spreadsheets leave empty ones behind."""
    is_filled = np.any([filled(column) for column in columns.cells.values()], axis=0)
    return None if is_filled.all() else np.flatnonzero(is_filled)


def _paths(columns: Columns, column: str) -> Sequence[str]:
    cells = columns.cells[column]
    if not cells:
        raise DataError(f"{columns.table} has no rows below its header.")
    is_filled = filled(cells)
    if not is_filled.all():
        raise DataError(f"{columns.where(int(is_filled.argmin()), column)}: the path is empty.")
    return cells


def _labels(columns: Columns, roles: Roles, paths: Sequence[str]) -> tuple[list[str | None], tuple[Finding, ...]]:
    if roles.one_hot:
        rows = zip(*(columns.cells[name] for name in roles.one_hot), strict=True)
        return [
            next((name for name, cell in zip(roles.one_hot, row, strict=True) if is_one(cell)), None) for row in rows
        ], ()
    given = columns.cells[roles.label] if roles.label else [None] * len(paths)
    plain = {cell: None if cell is None else whole_number(cell) for cell in dict.fromkeys(given)}
    given, remarks = without_words([plain[cell] for cell in given], paths)
    labels, n_dropped = without_placeholders(given)
    minus_one = [path for path, cell in zip(paths, given, strict=True) if cell == "-1"] if n_dropped else []
    about = placeholder_remark(n_dropped, minus_one, labels)
    if roles.label_names is not None:
        labels = _named(labels, columns.cells[roles.label_names])
    return labels, (*remarks, *about)


def _named(labels: Sequence[str | None], names: Sequence[str | None]) -> list[str | None]:
    """Numbers as the names that stand beside them."""
    return [None if label is None else name for label, name in zip(labels, names, strict=True)]


def _splits(columns: Columns, roles: Roles, n_rows: int) -> tuple[Split | None, ...]:
    if roles.split_flags:
        return tuple(_flagged(columns, roles.split_flags, row) for row in range(n_rows))
    return (None,) * n_rows if roles.split is None else _named_splits(columns, roles.split)


def _flagged(columns: Columns, flags: dict[str, Split], row: int) -> Split | None:
    """The split that a row says yes to; where it says no to all, what is left: train, or test where train is asked."""
    cells = {name: columns.cells[name][row] for name in flags}
    said = {name: flags[name] for name, cell in cells.items() if is_one(cell)}
    if len(set(said.values())) > 1:
        raise DataError(f"{columns.where(row, next(iter(said)))}: the row is of several splits ({', '.join(said)}).")
    left: list[Split] = [split for split in _SPLITS if split not in flags.values()]
    if said or not any(cells.values()) or not left:
        return next(iter(said.values()), None)
    return left[0]


def _named_splits(columns: Columns, column: str) -> tuple[Split | None, ...]:
    cells = columns.cells[column]
    said = {cell: None if cell is None else said_split(cell) for cell in dict.fromkeys(cells)}
    unknown = {cell for cell, split in said.items() if cell is not None and split is None}
    if unknown:
        row, cell = next((row, cell) for row, cell in enumerate(cells) if cell in unknown)
        raise DataError(f"{columns.where(row, column)}: {quoted(cell)} is no split; a split is train, val or test.")
    return tuple(map(said.__getitem__, cells))
