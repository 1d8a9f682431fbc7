"""Tables in text files, as programs and spreadsheets write them: any delimiter, quoting and encoding, blank rows."""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import DataError, plural
from regraft.data.files import identify_content
from regraft.data.finding import Finding, make_finding
from regraft.data.folders import has_image_name
from regraft.data.tables.cells import squashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LIST_SUFFIXES = frozenset({".txt", ".lst", ".list"})
"""Files of paths, with or without labels behind them; mostly without a header."""
_DELIMITERS = ",;\t|"
_NAMED = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""The line that tells a spreadsheet the delimiter."""
_BLANKS = " \t\r\n\ufeff\0"
_N_LOOKED_AT = 50
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
class TextRows:
    """A table as it stands in a text file.

    Attributes:
        names: Of the columns that hold anything; one without a name is `unnamed 3`, without a header
            `column 3`.
        rows: With one cell for each name.
        remarks: What was guessed.
    """

    names: tuple[str, ...]
    rows: list[Row]
    remarks: tuple[Finding, ...]


def read_text_table(table: Path, header_words: frozenset[str]) -> TextRows:
    """Read a table.

    Args:
        table: The file.
        header_words: Squashed names of columns that are known: a list of files has a header only where one is there.

    Raises:
        DataError: It cannot be read, is empty, or its rows differ in length.
    """
    text, remarks = _decode(table)
    rows = [row for row in _split(table, text) if any(row[1])]
    if not rows:
        raise DataError(f"{table} is empty: it needs a header line with the columns path and label.")
    header = rows[0][1]
    is_list = table.suffix.lower() in LIST_SUFFIXES and not set(map(squashed, header)) & header_words
    if is_list or any(map(has_image_name, header)):
        header = [f"column {place}" for place in range(1, len(header) + 1)]
        message = f"{table.name} has no header line: its columns are counted (column 1, column 2, ...)."
        remarks += (make_finding("table_without_header", "note", message, 1),)
    else:
        rows = rows[1:]
    width = _check_width(table, header, rows)
    cells = [[*row[:width], *[""] * (width - len(row))] for _line, row in rows]
    header = [*header[:width], *[""] * (width - len(header))]
    kept = [place for place, name in enumerate(header) if name or any(row[place] for row in cells)]
    names = tuple(header[place] or f"unnamed {place + 1}" for place in kept)
    return TextRows(
        names, [(line, [row[place] for place in kept]) for (line, _), row in zip(rows, cells, strict=True)], remarks
    )


def _check_width(table: Path, header: Sequence[str], rows: Iterable[Row]) -> int:
    """The number of columns; empty cells behind the last one count for nothing."""
    width = len(header)
    while width and not header[width - 1] and any(header):
        width -= 1
    for line, row in rows:
        n_filled = max((place + 1 for place, cell in enumerate(row) if cell), default=0)
        if len(row) < width or (n_filled > width and n_filled > len(header)):
            raise DataError(
                f"{table}, line {line}: {plural(len(row), 'cell')} where the header has {width}. "
                "Put quotes around values that hold the delimiter."
            )
    return max([width, *(len(row) for _line, row in rows)])


def _decode(table: Path) -> tuple[str, tuple[Finding, ...]]:
    try:
        content = table.read_bytes()
    except OSError as error:
        raise DataError(f"{table} is no readable table: {error.strerror or error}.") from error
    kind = identify_content(content)
    if kind is not None and kind.name not in ("a text", "a web page"):
        raise DataError(f"{table} is no table: it is {kind.name}. Save the table as CSV.")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None) or _guess(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"{table} is no readable table: {error}.") from error
    if encoding.startswith("utf"):
        return text, ()
    first = next((line for line in text.splitlines() if not line.isascii()), "")
    message = (
        f"{table.name} is not in UTF-8: it was read as {encoding.title()}. If names look wrong, save it as CSV UTF-8."
    )
    return text, (make_finding("table_encoding", "note", message, 1, [first]),)


def _guess(content: bytes) -> str:
    beginning = content[:400]
    if beginning[1::2].count(0) > len(beginning) // 4:
        return "utf-16-le"
    if beginning[::2].count(0) > len(beginning) // 4:
        return "utf-16-be"
    for encoding in ("utf-8", "windows-1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _split(table: Path, text: str) -> list[Row]:
    lines = list(io.StringIO(text, newline=""))  # only at line ends: names may hold odd separators
    first = next((line for line in lines if line.strip()), "")
    named = _NAMED.fullmatch(first)
    plain = _QUOTED.sub("", first)
    delimiter = named.group(1) if named else max(_DELIMITERS, key=plain.count)
    if table.suffix.lower() == ".tsv":
        delimiter = "\t"
    elif table.suffix.lower() in LIST_SUFFIXES and not named and not plain.count(delimiter):
        split = _split_label_first if _are_labels_first(table, lines) else _split_words
        return [(number, split(line)) for number, line in enumerate(lines, 1)]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip().strip("\0") for cell in row]) for row in reader]
    except csv.Error as error:
        raise DataError(f"{table} is no readable table: line {reader.line_num:,}: {error}.") from error
    return rows[next(place for place, (_line, row) in enumerate(rows) if any(row)) + 1 :] if named else rows


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
