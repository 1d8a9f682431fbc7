"""Cells of tables as text, whatever type a column has: the same value is the same label in every kind of file."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NO_LABEL = "-1"


def squashed(name: str) -> str:
    """A column's name without case, blanks and signs: `Image_ID` is `imageid`."""
    return "".join(character for character in name.lower() if character.isalnum())


class CellError(Exception):
    """A cell holds neither text nor a number; the message says what it holds."""


def cell_text(value: Any) -> str | None:
    """A cell as text: whole numbers without a fraction, lists of one as what is in them, emptiness as None.

    Raises:
        CellError: It is neither.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return value.strip() or None
    if value is None or value != value:  # noqa: PLR0124 - NaN is the one value that differs from itself
        return None
    if isinstance(value, (list, tuple)):
        if len(value) > 1:
            raise CellError(f"a list of {len(value)}")
        return cell_text(value[0]) if value else None
    if isinstance(value, dict):
        raise CellError("a structure")
    is_fraction = not isinstance(value, (int, str)) and hasattr(value, "as_integer_ratio") and isfinite(value)
    return str(int(value) if is_fraction and value == int(value) else value).strip() or None


def without_placeholders(labels: Sequence[str | None]) -> tuple[list[str | None], int]:
    """Labels in which -1 is None, and how often it was.

    -1 is how programs and published test sets write "no label", in TFRecord, in Hugging Face's class labels and in
    tables alike. It is a class where the only other one is 1, as in sets of two classes of old, or where there are
    other negative numbers.
    """
    found = {label for label in labels if label is not None}
    others = found - {_NO_LABEL}
    is_class = others in ({"1"}, {"+1"}) or any(_INTEGER.fullmatch(other) and other[0] == "-" for other in others)
    if _NO_LABEL not in found or is_class:
        return list(labels), 0
    kept = [None if label == _NO_LABEL else label for label in labels]
    return kept, sum(label == _NO_LABEL for label in labels)
