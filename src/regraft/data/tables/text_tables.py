"""Tables in text files, as programs and spreadsheets write them: any delimiter, quoting and encoding, blank rows."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from array import array
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import IO, TYPE_CHECKING, Any

from regraft.core import DataError, RemotePath, plural
from regraft.data.files import N_END_BYTES, N_SIGNATURE_BYTES, identify_content
from regraft.data.finding import Finding, make_finding
from regraft.data.folders import has_image_name
from regraft.data.packing import TextPacker
from regraft.data.tables.cells import squashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LIST_SUFFIXES = frozenset({".txt", ".lst", ".list"})
"""Files of paths, with or without labels behind them; mostly without a header."""
_DELIMITERS = ",;\t|"
_NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The line that tells a spreadsheet the delimiter."""
_BLANKS = " \t\r\n\ufeff\0"
_N_LOOKED_AT = 50
_N_A_BLOCK = 10_000
_BETWEEN = re.compile(r"[ \t]+")
_QUOTED = re.compile(r'"[^"]*"')
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

Row = tuple[int, list[str]]
"""The line where it ends, and its cells without blanks around them."""


@dataclass(frozen=True)
class TextColumns:
    """A table as it stands in a text file.

    Attributes:
        cells: By the names of the columns that hold anything; one without a name is `unnamed 3`, without a header
            `column 3`.
        lines: Where each row ends.
        remarks: What was guessed.
    """

    cells: dict[str, Sequence[str | None]]
    lines: Sequence[int]
    remarks: tuple[Finding, ...]


def read_text_table(table: Path, header_words: frozenset[str]) -> TextColumns:
    """Read a table, some rows at a time.

    Args:
        table: The file.
        header_words: Squashed names of columns that are known: a list of files has a header only where one is there.

    Raises:
        DataError: It cannot be read, is empty, has a column twice, or its rows differ in length.
    """
    source = _Source(table)
    encoding = source.encoding()
    remarks = _about_encoding(source, encoding)
    rows: Iterator[Row] = (row for row in _split(source, encoding) if any(row[1]))
    first = next(rows, None)
    if first is None:
        raise DataError(f"{table} is empty: it needs a header line with the columns path and label.")
    header = first[1]
    is_list = table.suffix.lower() in LIST_SUFFIXES and not set(map(squashed, header)) & header_words
    if is_list or any(map(has_image_name, header)):
        header = [f"column {place}" for place in range(1, len(header) + 1)]
        message = f"{table.name} has no header line: its columns are counted (column 1, column 2, ...)."
        remarks += (make_finding("table_without_header", "note", message, 1),)
        rows = chain([first], rows)
    columns, lines = _columns(table, header, rows)
    kept = [place for place, name in enumerate(header) if name or any(columns[place])]
    names = tuple(header[place] or f"unnamed {place + 1}" for place in kept)
    cells = dict(zip(once_each(table, names), (columns[place] for place in kept), strict=True))
    return TextColumns(cells, lines, remarks)


def once_each(table: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a table's columns.

    Raises:
        DataError: One is there twice.
    """
    if len(set(names)) != len(names):
        raise DataError(f"{table} has a column twice: {', '.join(names)}. Rename one of them.")
    return names


def _columns(table: Path, header: Sequence[str], rows: Iterator[Row]) -> tuple[list[Sequence[Any]], array[int]]:
    """The cells of each column, and where each row ends; of rows that do not fit the first is told at the end."""
    packers, lines = [TextPacker() for _name in header], array("q")
    misfit = None
    while some := list(islice(rows, _N_A_BLOCK)):
        lines.extend([line for line, _row in some])
        if misfit is None and {len(row) for _line, row in some} != {len(header)}:
            misfit = next((row for row in some if _is_misfit(header, row[1])), None)
        columns = [*zip_longest(*(row for _line, row in some), fillvalue="")]
        for place, packer in enumerate(packers):
            packer.add([cell or None for cell in columns[place]] if place < len(columns) else [None] * len(some))
    if misfit is not None:
        raise DataError(
            f"{table}, line {misfit[0]}: {plural(len(misfit[1]), 'cell')} where the header has {_width(header)}. "
            "Put quotes around values that hold the delimiter."
        )
    return [packer.done() for packer in packers], lines


def _width(header: Sequence[str]) -> int:
    """The number of columns; empty cells behind the last one count for nothing."""
    return max((place + 1 for place, name in enumerate(header) if name), default=len(header))


def _is_misfit(header: Sequence[str], row: Sequence[str]) -> bool:
    return len(row) < _width(header) or any(row[len(header) :])


class _Source:
    """Where a table's bytes come from, again and again: its file; what is no file of this machine is fetched once.

    Attributes:
        has_zeros: Whether there are null characters in it; known with the encoding.
    """

    def __init__(self, table: Path) -> None:
        self.table, self.has_zeros = table, False
        self._content: bytes | None = None
        with self._explained():
            if isinstance(table, RemotePath) or not table.is_file():
                self._content = table.read_bytes()

    def open(self) -> IO[bytes]:
        """From the beginning."""
        return self.table.open("rb") if self._content is None else io.BytesIO(self._content)

    def lines(self, encoding: str) -> IO[str]:
        """As text; only line ends end a line: names may hold odd separators."""
        return io.TextIOWrapper(self.open(), encoding, newline="")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DataError(f"{self.table} is no readable table: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{self.table} is no readable table: {error}.") from error

    def encoding(self) -> str:
        """How it is written: as its mark says, else as its bytes can be read.

        Raises:
            DataError: It cannot be read, or is no text.
        """
        with self._explained():
            with self.open() as file:
                beginning = file.read(N_SIGNATURE_BYTES)
                file.seek(-min(N_END_BYTES, file.seek(0, os.SEEK_END) - len(beginning)), os.SEEK_END)
                kind = identify_content(beginning + file.read(N_END_BYTES))
            if kind is not None and kind.name not in ("a text", "a web page"):
                raise DataError(f"{self.table} is no table: it is {kind.name}. Save the table as CSV.")
            marked = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), None)
            if encoding := marked or _guess(beginning[:400]):
                self._decode(encoding)
                return encoding
            for encoding in ("utf-8", "windows-1252"):
                with suppress(UnicodeDecodeError):
                    self._decode(encoding)
                    return encoding
            self._decode("latin-1")
        return "latin-1"

    def _decode(self, encoding: str) -> None:
        with self.lines(encoding) as file:
            while text := file.read(1 << 20):
                self.has_zeros |= "\0" in text


def _strip_zeros(cell: str) -> str:
    return cell.strip().strip("\0")


def _guess(beginning: bytes) -> str | None:
    if beginning[1::2].count(0) > len(beginning) // 4:
        return "utf-16-le"
    return "utf-16-be" if beginning[::2].count(0) > len(beginning) // 4 else None


def _about_encoding(source: _Source, encoding: str) -> tuple[Finding, ...]:
    if encoding.startswith("utf"):
        return ()
    with source.lines(encoding) as lines:
        first = next((part for line in lines for part in line.splitlines() if not part.isascii()), "")
    message = (
        f"{source.table.name} is not in UTF-8: it was read as {encoding.title()}. If names look wrong, save it as "
        "CSV UTF-8."
    )
    return (make_finding("table_encoding", "note", message, 1, [first]),)


def _split(source: _Source, encoding: str) -> Iterator[Row]:
    table = source.table
    with source.lines(encoding) as lines:
        first = next((line for line in lines if line.strip()), "")
    named = _NAMED.fullmatch(first)
    plain = _QUOTED.sub("", first)
    delimiter = named.group(1) if named else max(_DELIMITERS, key=plain.count)
    if table.suffix.lower() == ".tsv":
        delimiter = "\t"
    elif table.suffix.lower() in LIST_SUFFIXES and not named and not plain.count(delimiter):
        with source.lines(encoding) as lines:
            split = _split_label_first if _are_labels_first(table, lines) else _split_words
        with source.lines(encoding) as lines:
            yield from ((number, split(line)) for number, line in enumerate(lines, 1))
        return
    with source.lines(encoding) as lines:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        strip = _strip_zeros if source.has_zeros else str.strip
        rows = ((reader.line_num, list(map(strip, row))) for row in reader)
        try:
            if named:
                next(row for row in rows if any(row[1]))
            yield from rows
        except csv.Error as error:
            raise DataError(f"{table} is no readable table: line {reader.line_num:,}: {error}.") from error


def _split_words(line: str) -> list[str]:
    """A path, and perhaps a label behind it; the path may hold blanks."""
    line = line.strip(_BLANKS)
    words = _BETWEEN.split(line)
    if len(words) < 2 or has_image_name(words[-1]):
        return [line]
    return words if has_image_name(words[0]) else [line.removesuffix(words[-1]).rstrip(_BLANKS), words[-1]]


def _are_labels_first(table: Path, lines: Iterable[str]) -> bool:
    """Whether each line has a word before its path (`0 a.jpg`), and none is a file's name with a blank in it."""
    given = [stripped for line in lines if (stripped := line.strip(_BLANKS))]
    pairs = [_split_label_first(line) for line in given]
    if not all(len(pair) > 1 and has_image_name(pair[1]) and not has_image_name(pair[0]) for pair in pairs):
        return False
    looked_at = range(0, len(given), max(1, len(given) // _N_LOOKED_AT))
    if any(os.path.lexists(table.parent / given[row]) for row in looked_at):
        return False
    labels = {pair[0] for pair in pairs}
    is_numbers = all(map(str.isdecimal, labels)) and len(labels) <= len(pairs) // 2
    return is_numbers or any(os.path.lexists(table.parent / pairs[row][1]) for row in looked_at)


def _split_label_first(line: str) -> list[str]:
    return _BETWEEN.split(line.strip(_BLANKS), maxsplit=1)
