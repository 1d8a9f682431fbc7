"""Cells of tables as text, whatever type a column has: the same value is the same label in every kind of file."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

from regraft.core import plural
from regraft.data.finding import Finding, make_finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regraft.data.finding import Severity

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NO_LABEL = "-1"
_NO_WORDS = frozenset({"nan", "NaN", "NAN", "<NA>", "#N/A", "N/A", "n/a", "null", "NULL"})
_NO_WORD_OR_CLASS = "NA"
_N_DIGITS_MAX = 18
_N_CHARACTERS_MAX = 4096
_N_CLASS_CHARACTERS_MAX = 60


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


def label_of(value: Any) -> tuple[int | None, str | None]:
    """A label of a cell as a number where it is one, written as text or not, else as text.

    Raises:
        CellError: It is neither.
    """
    text = cell_text(value)
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    if text is None or isinstance(value, bool):
        return None, text
    if len(text) > _N_CHARACTERS_MAX:
        raise CellError(f"a text of {len(text):,} characters")
    return written_label(text)


def whole_number(text: str) -> str:
    """`3` for `3.0`, as programs write whole numbers beside empty cells."""
    number, point, fraction = text.partition(".")
    return number if point and fraction and not fraction.strip("0") and _INTEGER.fullmatch(number) else text


def written_label(text: str) -> tuple[int | None, str | None]:
    """A label that was written as text: as a number where it is one, else as text; `007` is not 7."""
    text = whole_number(text.strip())
    if _INTEGER.fullmatch(text) and len(text) <= _N_DIGITS_MAX and str(int(text)) == text:
        return int(text), None
    return None, text if 0 < len(text) <= _N_CHARACTERS_MAX else None


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


def placeholder_remark(n_images: int, paths: Sequence[str], kept: Iterable[str | None]) -> tuple[Finding, ...]:
    """What is said of labels of -1.

    Args:
        n_images: How many have it.
        paths: Theirs.
        kept: The other labels; beside 0 and 1 alone, -1 may well be a third class.
    """
    if not n_images:
        return ()
    message = f"The label -1 of {plural(n_images, 'image')} is taken for no label, as programs write it."
    severity: Severity = "note"
    if {label for label in kept if label is not None} == {"0", "1"}:
        severity = "warning"
        message += " If -1, 0 and 1 are three classes, write them as words (low, middle, high)."
    return (make_finding("label_minus_one", severity, message, n_images, paths),)


def without_words(labels: Sequence[str | None], paths: Sequence[str]) -> tuple[list[str | None], tuple[Finding, ...]]:
    """Labels in which words that programs write for an empty cell (`nan`, `NULL`) are None; and the remark on them.

    Args:
        labels: n labels.
        paths: The n images.
    """
    doubtful = [row for row, label in enumerate(labels) if label == _NO_WORD_OR_CLASS]
    remarks: tuple[Finding, ...] = ()
    if n := len(doubtful):
        message = (
            f"The label {_NO_WORD_OR_CLASS} of {plural(n, 'image')} is read as a class (sodium, Namibia). If it means "
            "that there is no label, leave it empty."
        )
        remarks = (make_finding("na_is_class", "note", message, n, (paths[row] for row in doubtful)),)
    rows = [row for row, label in enumerate(labels) if label in _NO_WORDS]
    if not rows:
        return list(labels), remarks
    words = ", ".join(sorted({str(labels[row]) for row in rows}))
    message = (
        f"The label {words} of {plural(len(rows), 'image')} is taken for no label, as programs write it. If it is a "
        "class, give it another name."
    )
    remark = make_finding("no_label_words", "note", message, len(rows), (paths[row] for row in rows))
    return [None if label in _NO_WORDS else label for label in labels], (*remarks, remark)


def are_classes(texts: Sequence[str]) -> bool:
    """Whether texts beside images are names of classes, not captions: short ones that repeat."""
    found = set(texts)
    is_short = all(len(text) <= _N_CLASS_CHARACTERS_MAX and "\n" not in text for text in found)
    return is_short and len(found) <= max(2, len(texts) // 2)
