"""A list of files on standard input, as `find`, `ls` and editors write it."""

from __future__ import annotations

import codecs
import os
import sys

from regraft.core import StoreError


def read_listed_files() -> list[str]:
    """The names on standard input: one on a line, or each with a null byte at its end (`find -print0`).

    Names may hold any bytes, whatever the locale; blanks at their ends and odd line separators belong to them. Blank
    lines, a byte order mark at the beginning and the carriage returns of Windows are passed over.

    Raises:
        StoreError: Standard input is closed or cannot be read.
    """
    content = _read_all()
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):  # PowerShell writes this
            content = content.removeprefix(mark).decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass")
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" in content:
        return [os.fsdecode(name) for name in content.split(b"\0") if name]
    lines = (line.removesuffix(b"\r") for line in content.split(b"\n"))
    return [os.fsdecode(line) for line in lines if line.strip()]


def _read_all() -> bytes:
    if sys.stdin is None:
        raise StoreError("Standard input is closed: there is no list of files to read.")
    binary = getattr(sys.stdin, "buffer", None)
    try:
        return binary.read() if binary is not None else os.fsencode(sys.stdin.read())
    except OSError as error:
        raise StoreError(f"The list of files on standard input cannot be read: {error.strerror}.") from error
