"""Cells of a Parquet file's columns, a block of rows at a time: each value is made a text once in a block."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.data.packing import TextPacker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    AsText = Callable[[Any, int], str | None]

_N_A_BLOCK = 1 << 16


def read_cells(file: ParquetFile, column: str, as_text: AsText) -> Sequence[Any]:
    """All cells of a column.

    Args:
        file: The file.
        column: The column's name in it.
        as_text: Makes the text of a cell, given what it holds and its row.
    """
    packer = TextPacker()
    for first, cells in _blocks(file, column):
        if not (packer.is_packing and _add_as_they_are(packer, cells)):
            packer.add(_texts(cells, first, as_text))
    return packer.done()


def read_every(file: ParquetFile, column: str, step: int, as_text: AsText) -> list[str | None]:
    """Every so many cells of a column.

    Args:
        file: The file.
        column: The column's name in it.
        step: From one cell to the next.
        as_text: Makes the text of a cell, given what it holds and its row.
    """
    found: list[str | None] = []
    for first, cells in _blocks(file, column):
        for row in range(-first % step, len(cells), step):
            (value,) = _python_values(cells[row : row + 1])
            found.append(as_text(value, first + row))
    return found


def _blocks(file: ParquetFile, column: str) -> Iterator[tuple[int, pa.Array]]:
    first = 0
    for batch in file.iter_batches(_N_A_BLOCK, columns=[column]):
        yield first, batch.column(0)
        first += len(batch)


def _texts(cells: pa.Array, first: int, as_text: AsText) -> list[str | None]:
    import pyarrow as pa

    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_nested(cells.type):
        return [as_text(value, first + row) for row, value in enumerate(_python_values(cells))]
    coded = cells.dictionary_encode("encode")
    texts = np.array([*(as_text(value, first) for value in _python_values(coded.dictionary)), None], object)
    places = coded.indices
    numbers = np.frombuffer(places.buffers()[1], np.int32)[places.offset : places.offset + len(places)]
    found: list[str | None] = texts[numbers].tolist()
    return found


def _add_as_they_are(packer: TextPacker, cells: pa.Array) -> bool:
    """Add texts without looking at each, where none is empty and none begins or ends with what may be a blank."""
    import pyarrow as pa

    widths = {pa.string(): np.int32, pa.large_string(): np.int64}
    if cells.null_count or cells.type not in widths:
        return False
    cells.validate(full=True)
    _validity, places, content = cells.buffers()
    ends = np.frombuffer(places, widths[cells.type])[cells.offset : cells.offset + len(cells) + 1]
    if not len(cells) or not np.diff(ends).all():
        return False
    letters = np.frombuffer(content, np.uint8)
    edges = np.stack([letters[ends[:-1]], letters[ends[1:] - 1]])
    if not ((edges > ord(" ")) & (edges < 0x80)).all():
        return False
    packer.add_encoded(ends, letters)
    return True


def _python_values(cells: pa.Array) -> list[Any]:
    """A date that no calendar has, such as one in the year 300,000, is an empty cell."""
    with suppress(OverflowError):
        return list(cells.to_pylist())
    return [_python_value(cell) for cell in cells]


def _python_value(cell: pa.Scalar) -> Any:
    with suppress(OverflowError):
        return cell.as_py()
    return None
