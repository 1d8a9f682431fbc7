"""Files that cannot be used: a stable code for the reason, and the detail in words."""

from __future__ import annotations

import errno
from enum import StrEnum
from typing import TYPE_CHECKING

from regraft.core import DataError, PrintableText, RemotePath, Value

if TYPE_CHECKING:
    from pathlib import Path


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
    BLANK = "blank"


class Unreadable(Value):
    """One file that was left out.

    Attributes:
        path: The file, as the data set or the user names it, as text that can be shown.
        reason: The stable code.
        detail: What is wrong, in words.
    """

    path: PrintableText
    reason: Reason
    detail: str

    def at(self, path: str) -> Unreadable:
        """The same of another file, or of this one by another name."""
        return Unreadable(path=path, reason=self.reason, detail=self.detail)


class UnreadableImageError(DataError):
    """A file, or a part of one, is no image that can be used.

    Attributes:
        reason: The stable code.
        detail: What is wrong, in words.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"The image cannot be read ({reason}): {detail}")
        self.reason = reason
        self.detail = detail


def explain_os_error(path: Path, error: OSError) -> Unreadable:
    """The record of a file that the system does not let us read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return Unreadable(path=str(path), reason=Reason.MISSING, detail="there is no such file")
    if isinstance(error, PermissionError):
        detail = str(error.strerror) if isinstance(path, RemotePath) else "the system forbids reading it"
        return Unreadable(path=str(path), reason=Reason.NO_PERMISSION, detail=detail)
    if error.errno == errno.EFBIG:
        return Unreadable(path=str(path), reason=Reason.TOO_LARGE, detail=str(error.strerror))
    if isinstance(error, IsADirectoryError):
        return Unreadable(path=str(path), reason=Reason.NOT_AN_IMAGE, detail="it is a folder")
    return Unreadable(path=str(path), reason=Reason.UNREADABLE, detail=error.strerror or type(error).__name__)
