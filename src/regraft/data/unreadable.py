"""Files that cannot be used: a stable code for the reason, and the detail in words."""

from __future__ import annotations

from enum import StrEnum

from regraft.core import Value
from regraft.data.names import PrintableText


class Reason(StrEnum):
    """Why a file could not be read. The codes are part of reports and stay as they are."""

    MISSING = "missing"
    NO_PERMISSION = "no_permission"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED = "unsupported"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class Unreadable(Value):
    """One file that was left out.

    Attributes:
        path: The file, as text that can be shown.
        reason: The stable code.
        detail: What is wrong, in words.
    """

    path: PrintableText
    reason: Reason
    detail: str
