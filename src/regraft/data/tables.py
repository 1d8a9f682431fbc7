"""Data sets as tables: CSV, TSV or Parquet with the columns path, label and perhaps split and group."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from regraft.core import DataError, OptionError, plural, shortened
from regraft.data.folders import SPLIT_NAMES
from regraft.data.manifest import Manifest, Split, label_positions

SUFFIXES = frozenset({".csv", ".tsv", ".parquet"})
_ALIASES = {
    "path": ("path", "file", "filename", "filepath", "image", "image_path"),
    "label": ("label", "class", "class_name", "category", "target"),
    "split": ("split", "subset", "set"),
    "group": ("group",),
}
Columns = dict[str, list[Any]]


def read_table(table: Path, *, group_by: str | None = None) -> Manifest:
    """Read a table of images.

    Args:
        table: A `.csv` or `.tsv` file in UTF-8 with a header line, or a `.parquet` file. Columns: `path` (or file,
            filename, image; relative to the table's folder), `label` (or class, category, target; numbers or text; empty
            where unknown), and if wanted `split` (train, val, test) and `group`.
        group_by: A column whose values name the groups; None for `group`, if there is one.

    Raises:
        DataError: Columns are missing, or a row makes no sense; the message names row and column.
        OptionError: There is no column called `group_by`.
    """
    columns = _read_parquet(table) if table.suffix.lower() == ".parquet" else _read_text(table)
    names = {role: _find_column(columns, aliases) for role, aliases in _ALIASES.items()}
    if group_by is not None:
        if group_by not in columns:
            raise OptionError(f"{table} has no column {group_by!r} to group by. It has: {', '.join(columns)}.")
        names["group"] = group_by
    if names["path"] is None:
        raise DataError(f"{table} has no column 'path'. It has: {', '.join(columns) or 'none'}.")
    paths = [_text(value) for value in columns[names["path"]]]
    if not paths:
        raise DataError(f"{table} has no rows.")
    empty = next((row for row, path in enumerate(paths) if path is None), None)
    if empty is not None:
        raise DataError(f"{table}, row {empty + 1}: the column {names['path']!r} is empty.")
    texts = {role: _column(columns, names[role], len(paths)) for role in ("label", "split", "group")}
    labels, class_names = label_positions(texts["label"])
    return Manifest(
        root=table.parent.resolve(),
        paths=tuple(str(path).replace("\\", "/") for path in paths),
        labels=labels,
        class_names=class_names,
        splits=_splits(texts["split"], table, str(names["split"])),
        groups=tuple(texts["group"]),
    )


def _find_column(columns: Columns, aliases: tuple[str, ...]) -> str | None:
    by_name = {name.strip().lower(): name for name in columns}
    return next((by_name[alias] for alias in aliases if alias in by_name), None)


def _column(columns: Columns, name: str | None, n_rows: int) -> list[str | None]:
    return [None] * n_rows if name is None else [_text(value) for value in columns[name]]


def _text(value: Any) -> str | None:
    """A cell as text: whole numbers without a fraction, emptiness as None."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _splits(values: list[str | None], table: Path, column: str) -> tuple[Split | None, ...]:
    found: list[Split | None] = []
    for row, value in enumerate(values):
        split = None if value is None else SPLIT_NAMES.get(value.lower())
        if value is not None and split is None:
            raise DataError(
                f"{table}, row {row + 1}: the column {column!r} says {shortened(value)!r}; "
                "a split is train, val or test."
            )
        found.append(split)
    return tuple(found)


def _read_text(table: Path) -> Columns:
    delimiter = "\t" if table.suffix.lower() == ".tsv" else ","
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.reader(file, delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} is no readable table in UTF-8: {error}.") from error
    if not rows:
        raise DataError(f"{table} is empty: it needs a header line with the columns path and label.")
    header = rows[0]
    if len(set(header)) != len(header):
        raise DataError(f"{table} has a column twice: {', '.join(header)}.")
    rows = [(number, row) for number, row in enumerate(rows[1:], start=1) if row]  # type: ignore[misc]
    for number, row in rows:
        if len(row) != len(header):
            raise DataError(
                f"{table}, row {number}: {plural(len(row), 'cell')} where the header has {len(header)}. "
                "Put quotes around values that hold the delimiter."
            )
    return {name: [row[place] for _number, row in rows] for place, name in enumerate(header)}


def _read_parquet(table: Path) -> Columns:
    import pyarrow
    import pyarrow.parquet

    try:
        content = pyarrow.parquet.read_table(table)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{table} is no readable Parquet file: {shortened(str(error), 160)}.") from error
    return {name: content.column(name).to_pylist() for name in content.column_names}
