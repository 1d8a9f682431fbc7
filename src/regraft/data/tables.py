"""Data sets as tables with the columns path, label and perhaps split and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, quoted
from regraft.data.columns import Columns, read_column_names, read_columns
from regraft.data.folders import relative_path
from regraft.data.manifest import Manifest, Split
from regraft.data.names import label_positions
from regraft.data.split_words import SPLIT_NAMES

if TYPE_CHECKING:
    from pathlib import Path

_ALIASES = {
    "path": ("path", "file", "filename", "file_name", "filepath", "image", "image_path"),
    "label": ("label", "class", "class_name", "category", "target"),
    "split": ("split", "subset", "set"),
    "group": ("group",),
}


def read_table(table: Path, *, group_by: str | None = None) -> Manifest:
    """Read a table of images. Whether the files are there is not looked at.

    Args:
        table: A `.csv` or `.tsv` file in UTF-8 with a header line, or a `.parquet` file. Columns: `path` (or file,
            filename, image; relative to the table's folder), `label` (or class, category, target; numbers or text;
            empty where unknown), and if wanted `split` (train, val, test) and `group`.
        group_by: A column whose values name the groups, or a regular expression on the path
            (`Manifest.with_groups_from`); None for the column `group`, if there is one.

    Returns:
        The images, sorted by path.

    Raises:
        DataError: Columns are missing, or a row makes no sense; the message names row and column.
        OptionError: There is no column called `group_by`, and it is no regular expression.
    """
    names = read_column_names(table)
    roles = _find_roles(names, table)
    is_column = group_by in names
    if group_by is not None and is_column:
        roles["group"] = group_by
    elif group_by is not None and group_by.isidentifier():
        raise OptionError(f"{table} has no column {quoted(group_by)} to group by. It has: {', '.join(names)}.")
    columns = read_columns(table, tuple(dict.fromkeys(roles.values())))
    manifest = _manifest(columns, roles)
    return manifest if group_by is None or is_column else manifest.with_groups_from(group_by)


def _find_roles(names: tuple[str, ...], table: Path) -> dict[str, str]:
    """The column for each role that the table fills."""
    by_name = {name.lower(): name for name in reversed(names)}
    roles = {
        role: by_name[alias]
        for role, aliases in _ALIASES.items()
        for alias in reversed(aliases)  # the first alias wins
        if alias in by_name
    }
    if "path" not in roles:
        raise DataError(f"{table} has no column 'path'. It has: {', '.join(names)}.")
    return roles


def _manifest(columns: Columns, roles: dict[str, str]) -> Manifest:
    root = columns.table.parent.resolve()
    paths = _paths(columns, roles["path"], root)
    nothing: list[str | None] = [None] * len(paths)
    labels, class_names = label_positions(columns.cells[roles["label"]] if "label" in roles else nothing)
    manifest = Manifest(
        root=root,
        paths=tuple(paths),
        labels=labels,
        class_names=class_names,
        splits=_splits(columns, roles["split"]) if "split" in roles else (None,) * len(paths),
        groups=tuple(columns.cells[roles["group"]] if "group" in roles else nothing),
    )
    return manifest.select(sorted(range(len(paths)), key=lambda row: (paths[row], labels[row])))


def _paths(columns: Columns, column: str, root: Path) -> list[str]:
    cells = columns.cells[column]
    if not cells:
        raise DataError(f"{columns.table} has no rows below its header.")
    paths = []
    for row, cell in enumerate(cells):
        if cell is None:
            raise DataError(f"{columns.where(row, column)}: the path is empty.")
        if "\\" in cell and not (root / cell).exists():
            cell = cell.replace("\\", "/")  # noqa: PLW2901 - the table was written on Windows
        paths.append(relative_path(cell, root) if cell.startswith("/") else cell)
    return paths


def _splits(columns: Columns, column: str) -> tuple[Split | None, ...]:
    splits: list[Split | None] = []
    for row, cell in enumerate(columns.cells[column]):
        split = None if cell is None else SPLIT_NAMES.get(cell.lower())
        if cell is not None and split is None:
            raise DataError(f"{columns.where(row, column)}: {quoted(cell)} is no split; a split is train, val or test.")
        splits.append(split)
    return tuple(splits)
