"""Names of classes, in natural order."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

UNLABELLED = -1

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
_LEADING_ZEROS = re.compile(r"(?<![\d.,])0+(?=\d)")
_DIGITS = re.compile(r"(\d+)", re.ASCII)


def label_positions(names: Sequence[str | None]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels and class names from one name for each row; None is no label.

    Args:
        names: n names.

    Returns:
        (n,) int64, positions in the class names, -1 where there is no label; and the k class names, printable, in
        natural order.
    """
    printed = {name: printable(name) for name in set(names) if name is not None}
    class_names = sort_naturally(set(printed.values()))
    places = {name: place for place, name in enumerate(class_names)}
    labels = [UNLABELLED if name is None else places[printed[name]] for name in names]
    return np.array(labels, np.int64), class_names


def sort_naturally(names: Iterable[str]) -> tuple[str, ...]:
    """Numbers by value if all names are numbers; otherwise `2` before `10` and `img2` before `img10`."""
    listed = list(names)
    if all(_NUMBER.fullmatch(name) for name in listed):
        return tuple(sorted(listed, key=lambda name: (float(name), name)))
    return tuple(sorted(listed, key=natural_key))


def natural_key(name: str) -> tuple[tuple[bool, int, str, str], ...]:
    """Sorts digits before text, and by value: of two numbers without leading zeros the longer one is larger."""
    parts = _DIGITS.split(name)  # every second one is a number
    return tuple(
        (False, len(value := part.lstrip("0")), value, part) if place % 2 else (True, 0, part, "")
        for place, part in enumerate(parts)
        if part
    )


def loosely(name: str) -> str:
    """A class's name without what people do not see, or do not mean, as a difference.

    That is case, blanks, the sign between words, leading zeros of numbers, and how Unicode writes a letter.
    """
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    words = _BETWEEN_WORDS.sub(" ", seen.casefold().strip(" \t\r\n_"))
    return unicodedata.normalize("NFKC", _LEADING_ZEROS.sub("", words))


def ascii_quoted(name: str) -> str:
    """A name in quotes that shows what cannot be seen: letters that are written in two ways, odd blanks."""
    is_plain = name.isprintable() and unicodedata.is_normalized("NFC", name)
    return f"'{name}'" if is_plain else ascii(name)
