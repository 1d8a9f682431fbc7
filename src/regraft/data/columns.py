"""Columns of a table file: CSV, TSV or Parquet, every cell as text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from regraft.core import DataError, plural, quoted, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SUFFIXES = frozenset({".csv", ".tsv", ".parquet"})


@dataclass(frozen=True)
class Columns:
    """Some columns of a table, all of the same length.

    Attributes:
        table: The file.
        cells: Text of each cell by column, None where it is empty.
        places: Where each row is: its line in a text file, its number (from 1) in a Parquet file.
        unit: What `places` counts: "line" or "row".
    """

    table: Path
    cells: dict[str, list[str | None]]
    places: Sequence[int]
    unit: str

    def where(self, row: int, column: str) -> str:
        """The place of a cell, in words."""
        return f"{self.table}, {self.unit} {self.places[row]}, column {quoted(column)}"


def read_column_names(table: Path) -> tuple[str, ...]:
    """Names of a table's columns, without blanks around them.

    Raises:
        DataError: The file cannot be read, or has a column twice.
    """
    names = _parquet_names(table) if _is_parquet(table) else _read_rows(table, n_rows=1)[0][1]
    stripped = tuple(name.strip() for name in names)
    if len(set(stripped)) != len(stripped):
        raise DataError(f"{table} has a column twice: {', '.join(stripped)}. Rename one of them.")
    return stripped


def read_columns(table: Path, names: Sequence[str]) -> Columns:
    """Some columns of a table.

    Args:
        table: A `.csv` (with commas, semicolons or tabs) or `.tsv` file in UTF-8 with a header line, or a `.parquet`
            file.
        names: From `read_column_names`.

    Raises:
        DataError: The file cannot be read, or a cell holds neither text nor a number.
    """
    return _parquet_columns(table, names) if _is_parquet(table) else _text_columns(table, names)


def _is_parquet(table: Path) -> bool:
    return table.suffix.lower() == ".parquet"


def _text_columns(table: Path, names: Sequence[str]) -> Columns:
    (_line, header), *rows = _read_rows(table)
    for line, row in rows:
        if len(row) != len(header):
            raise DataError(
                f"{table}, line {line}: {plural(len(row), 'cell')} where the header has {len(header)}. "
                "Put quotes around values that hold the delimiter."
            )
    positions = {name: [cell.strip() for cell in header].index(name) for name in names}
    cells = {name: [row[place].strip() or None for _line, row in rows] for name, place in positions.items()}
    return Columns(table, cells, [line for line, _row in rows], "line")


def _read_rows(table: Path, n_rows: int | None = None) -> list[tuple[int, list[str]]]:
    """Line number and cells of the rows that are not blank, the header's first; at most `n_rows`, and at least one."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            delimiter = "\t" if table.suffix.lower() == ".tsv" else max(",;\t", key=file.readline().count)
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            rows = list(islice(((reader.line_num, row) for row in reader if row), n_rows))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table} is no readable table in UTF-8: {error}.") from error
    if not rows:
        raise DataError(f"{table} is empty: it needs a header line with the columns path and label.")
    return rows


def _parquet_names(table: Path) -> list[str]:
    names: list[str] = _open_parquet(table).schema_arrow.names
    return names


def _parquet_columns(table: Path, names: Sequence[str]) -> Columns:
    import pyarrow as pa

    file = _open_parquet(table)
    try:
        content = file.read(columns=[name for name in file.schema_arrow.names if name.strip() in names])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged_parquet(table, error) from error
    values = {name.strip(): content.column(name).to_pylist() for name in content.column_names}
    columns = Columns(table, {}, range(1, content.num_rows + 1), "row")
    for name in names:
        columns.cells[name] = [_text(value, columns, row, name) for row, value in enumerate(values[name])]
    return columns


def _open_parquet(table: Path) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.ParquetFile(table)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged_parquet(table, error) from error


def _damaged_parquet(table: Path, error: Exception) -> DataError:
    return DataError(f"{table} is no readable Parquet file: {shortened(str(error), 160)}.")


def _text(value: Any, columns: Columns, row: int, name: str) -> str | None:
    """A cell as text: whole numbers without a fraction, emptiness as None."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return None
    if not isinstance(value, (str, int, float)):
        kind = type(value).__name__
        raise DataError(f"{columns.where(row, name)}: a cell is text or a number, and this one is a {kind}.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None
