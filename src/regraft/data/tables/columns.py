"""Columns of a table file, text or Parquet, every cell as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from regraft.core import DataError, arrow_file, quoted, shortened
from regraft.data.tables.cells import CellError, cell_text
from regraft.data.tables.parquet_cells import read_cells, read_every
from regraft.data.tables.text_tables import LIST_SUFFIXES, TextColumns, once_each, read_text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from pyarrow.parquet import FileMetaData

    from regraft.data.finding import Finding

_N_SAMPLED = 1000
_N_ROWS_KEPT = 1_000_000
"""Columns of larger tables are not kept for a guess."""
_N_CELL_BYTES_MAX = 512
"""A column whose cells are larger on average holds documents or pictures."""
Found = TypeVar("Found")
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
    cells: dict[str, Sequence[Any]]
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
        plain: Those that hold text or numbers, and little of it in each cell.
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

    def cells(self, name: str) -> Sequence[Any]:
        """All cells of one column, texts or None; it is kept."""

    def sample(self, name: str) -> list[str | None]:
        """Some cells of one column, at even distances."""


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
    def __init__(self, path: Path, content: TextColumns) -> None:
        self.path, self._content, self.remarks = path, content, content.remarks
        self.names = self.plain = tuple(content.cells)

    def read(self, names: Sequence[str]) -> Columns:
        return Columns(self.path, {name: self.cells(name) for name in names}, self._content.lines, "line")

    def cells(self, name: str) -> Sequence[Any]:
        return self._content.cells[name]

    def sample(self, name: str) -> list[str | None]:
        cells = self.cells(name)
        return list(cells[:: _step(len(cells))])


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
        self.names = once_each(path, tuple(name.strip() for name in schema.names))
        large = _large_columns(self._file.metadata)
        self.plain = tuple(
            name
            for name, kind, written in zip(self.names, schema.types, schema.names, strict=True)
            if not _is_bulky(kind) and written not in large
        )
        self._kept: dict[str, Sequence[Any]] = {}
        self._samples: dict[str, list[str | None]] = {}

    def read(self, names: Sequence[str]) -> Columns:
        cells = {name: self.cells(name) for name in names}
        return Columns(self.path, cells, range(1, self._file.metadata.num_rows + 1), "row")

    def cells(self, name: str) -> Sequence[Any]:
        if name not in self._kept:
            self._kept[name] = self._read(name, read_cells)
        return self._kept[name]

    def sample(self, name: str) -> list[str | None]:
        n_rows, step = self._file.metadata.num_rows, _step(self._file.metadata.num_rows)
        if name in self._kept or n_rows <= _N_ROWS_KEPT:
            return list(self.cells(name)[::step])
        if name not in self._samples:
            self._samples[name] = self._read(name, partial(read_every, step=step))
        return self._samples[name]

    def _read(self, name: str, read: Callable[..., Found]) -> Found:
        import pyarrow as pa

        columns = Columns(self.path, {}, range(1, self._file.metadata.num_rows + 1), "row")
        written = self._file.schema_arrow.names[self.names.index(name)]
        try:
            return read(self._file, written, as_text=partial(_text, columns=columns, name=name))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(self.path, error) from error


def _step(n_rows: int) -> int:
    return max(1, n_rows // _N_SAMPLED)


def _is_bulky(kind: pa.DataType) -> bool:
    """Whether a column's cells are made of several values, or are bytes."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _is_bulky(kind.value_type)
    is_bytes = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    return bool(pa.types.is_nested(kind) or is_bytes)


def _large_columns(metadata: FileMetaData) -> set[str]:
    """Columns of documents or pictures, by the sizes that the file tells."""
    sizes: Counter[str] = Counter()
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            sizes[column.path_in_schema] += column.total_uncompressed_size
    return {name for name, size in sizes.items() if size > _N_CELL_BYTES_MAX * max(1, metadata.num_rows)}


def _damaged(table: Path, error: Exception) -> DataError:
    return DataError(f"{table} is no readable Parquet file: {shortened(str(error), 160)}.")


def _text(value: Any, row: int, columns: Columns, name: str) -> str | None:
    try:
        return cell_text(value)
    except CellError as error:
        raise DataError(f"{columns.where(row, name)}: a cell is text or a number, and this one is {error}.") from error
