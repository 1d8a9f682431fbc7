"""Columns of a table file, text or Parquet, every cell as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from regraft.core import DataError, arrow_file, quoted, shortened
from regraft.data.cells import CellError, cell_text
from regraft.data.text_tables import LIST_SUFFIXES, TextRows, read_text_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.data.finding import Finding

SUFFIXES = frozenset({".csv", ".tsv", ".parquet"}) | LIST_SUFFIXES


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


class Table(Protocol):
    """A table that was opened.

    Attributes:
        path: The file.
        names: Of all columns, without blanks around them.
        plain: Those that hold text or numbers.
        remarks: What was guessed.
    """

    path: Path
    names: tuple[str, ...]
    plain: tuple[str, ...]
    remarks: tuple[Finding, ...]

    def read(self, names: Sequence[str]) -> Columns:
        """Some columns.

        Raises:
            DataError: The file is damaged, or a cell holds neither text nor a number.
        """


def open_table(path: Path, header_words: frozenset[str] = frozenset()) -> Table:
    """Open a table.

    Args:
        path: A `.csv`, `.tsv` or list file, or a `.parquet` file.
        header_words: Squashed names of columns that are known.

    Raises:
        DataError: The file cannot be read, or has a column twice.
    """
    if path.suffix.lower() == ".parquet":
        return _ParquetTable(path)
    return _TextTable(path, read_text_table(path, header_words))


class _TextTable:
    def __init__(self, path: Path, content: TextRows) -> None:
        self.path, self._rows, self.remarks = path, content.rows, content.remarks
        self.names = self.plain = _checked(path, content.names)

    def read(self, names: Sequence[str]) -> Columns:
        places = {name: self.names.index(name) for name in names}
        cells = {name: [row[place] or None for _line, row in self._rows] for name, place in places.items()}
        return Columns(self.path, cells, [line for line, _row in self._rows], "line")


class _ParquetTable:
    remarks: tuple[Finding, ...] = ()

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self.path = path
        try:
            self._file = parquet.ParquetFile(arrow_file(path))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(path, error) from error
        schema = self._file.schema_arrow
        self.names = _checked(path, tuple(name.strip() for name in schema.names))
        self.plain = tuple(
            name for name, kind in zip(self.names, schema.types, strict=True) if not pa.types.is_nested(kind)
        )

    def read(self, names: Sequence[str]) -> Columns:
        import pyarrow as pa

        wanted = [name for name in self._file.schema_arrow.names if name.strip() in names]
        try:
            content = self._file.read(columns=wanted)
            values = {name.strip(): content.column(name).to_pylist() for name in content.column_names}
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.path, error) from error
        columns = Columns(self.path, {}, range(1, content.num_rows + 1), "row")
        for name in names:
            columns.cells[name] = [_text(value, columns, row, name) for row, value in enumerate(values[name])]
        return columns


def _checked(path: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) != len(names):
        raise DataError(f"{path} has a column twice: {', '.join(names)}. Rename one of them.")
    return names


def _damaged(table: Path, error: Exception) -> DataError:
    return DataError(f"{table} is no readable Parquet file: {shortened(str(error), 160)}.")


def _text(value: Any, columns: Columns, row: int, name: str) -> str | None:
    try:
        return cell_text(value)
    except CellError as error:
        raise DataError(f"{columns.where(row, name)}: a cell is text or a number, and this one is {error}.") from error
