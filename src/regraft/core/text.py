"""Small pieces of sentences, and names of any bytes as text that can be shown and saved."""

from __future__ import annotations

import re
import shlex
import unicodedata
from contextlib import suppress
from math import isfinite
from numbers import Integral, Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_JOINERS = "\u200c\u200d"
"""Invisible parts of emoji, and of words in Persian: they move nothing."""


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """`3 images`, `1 image`, `2 classes` (with `nouns="classes"`), `2,624 images`."""
    return f"{n:,} {noun if n == 1 else nouns or noun + 's'}"


def megabytes(n_bytes: int) -> str:
    """`171.3 MB`: millions of bytes, as publishers and disks count them."""
    return f"{n_bytes / 1e6:,.1f} MB"


def printable(text: str) -> str:
    r"""`text` as valid Unicode: a byte of a file's name that is no UTF-8 is written as `\udcff`.

    Python keeps such bytes as lone surrogates (PEP 383). They open the file, but no terminal, JSON, HTML or Parquet can
    hold them. All that Regraft shows or saves passes through here, so they look the same everywhere, also where the
    locale's own encoding is ASCII.
    """
    if text.isascii():
        return text
    with suppress(UnicodeEncodeError):  # UTF-8 that was read as ASCII becomes what it is
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def all_printable(value: Any) -> Any:
    """Plain values (as of JSON) in which every text is `printable`."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {all_printable(name): all_printable(part) for name, part in value.items()}
    return [all_printable(part) for part in value] if isinstance(value, list | tuple) else value


def visible(text: str) -> str:
    r"""`text` with what would move the cursor or hide its neighbours escaped: `\n`, `\x1b`, `\u202e`, `\udcff`."""
    return text if text.isprintable() else "".join(map(_visible_character, printable(text)))


def _visible_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def shortened(text: str, n_characters: int = 80) -> str:
    """One visible line of `text`, cut in the middle where it is longer than `n_characters`."""
    line = visible(text)
    if len(line) <= n_characters:
        return line
    half = (n_characters - 1) // 2
    return f"{line[:half]}…{line[-half:]}"


def quoted(value: object, n_characters: int = 80) -> str:
    r"""What a user gave, in quotes, as it was typed: `'^(\d+)_'` with single backslashes; printable, and shortened.

    Args:
        value: A text, a path, or some of them; anything else is shown without quotes.
        n_characters: That are shown at most, of each.
    """
    if isinstance(value, (tuple, list)):
        return ", ".join(quoted(one, n_characters) for one in value)
    if not isinstance(value, (str, PurePath)):
        return shortened(str(value), n_characters)
    text = shortened(str(value), n_characters)
    return f'"{text}"' if "'" in text and '"' not in text else f"'{text}'"


def as_read(value: object) -> str:
    """A value of a table as people read it: `0.123`, `1,250` of 1250.4, `2026` as it is, `JPEG` of bytes."""
    if isinstance(value, Real) and not isinstance(value, Integral):
        number = float(value)
        return f"{number:,.0f}" if abs(number) >= 99.95 else f"{number:.3g}"
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_number(text: str) -> float | None:
    """The number that a text is, None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def listed(names: Sequence[str], n_shown: int) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and more`."""
    shown = [*names[:n_shown], "more"] if len(names) > n_shown else list(names)
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)


def as_percent(share: float) -> str:
    """`87.3 %`."""
    return f"{100 * share:.1f} %"


def signed_points(share: float) -> str:
    """A difference of shares in percentage points: `+1.8`, `-0.4`, and `+0.0` where it rounds to nothing."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"


def duration(seconds: float) -> str:
    """A time as people say it: `0.3 s`, `40 s`, `2.5 minutes`, `12 minutes`, `1 h 20 min`, `2 days 3 h`."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1) if seconds > 0 else 0:.1f}".removesuffix(".0") + " s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 570:
        return f"{seconds / 60:.1f}".removesuffix(".0") + " minutes"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} minutes"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{plural(days, 'day')} {hours} h" if hours else plural(days, "day")


def csv_line(cells: Iterable[str]) -> str:
    """Cells of a CSV file, without the line's end: each in quotes where it must be.

    `csv` of Python before 3.13 leaves a carriage return outside of them.
    """
    return ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in cells)


def as_typed(name: str) -> str:
    """An option's name in a command line: `--test-fraction` of `test_fraction`."""
    return f"--{name.replace('_', '-')}"


def shell_quoted(text: str) -> str:
    r"""`text` as one word of a command line, in visible characters: a byte that has none is written as `$'\xff'`.

    Such words are read by bash, zsh, ksh and whatever else follows POSIX of 2024.
    """
    if visible(text) == text:
        return shlex.quote(text)
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, and so is in no file's name
        raw = printable(text).encode()
    return "$'" + re.sub(rb"[^ -&(-\[\]-~]", lambda found: b"\\x%02x" % ord(found[0]), raw).decode("ascii") + "'"
