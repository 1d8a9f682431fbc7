"""The standard streams of a process, made so that a run is never lost because nobody can read what it prints.

Standard output or error may be closed, on a full disk, or a pipe whose reader has gone. What is written to them never
raises an error: the run goes on to its end, and its exit code says that some output was lost.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

_OPEN_AS = {0: os.O_WRONLY, 1: os.O_RDONLY, 2: os.O_RDONLY}
"""A closed stream is opened the wrong way round: using it stays an error, and no other file gets its number."""
_READER_GONE = {errno.EPIPE, errno.EINVAL}
"""EINVAL is what Windows says."""


def prepare_streams() -> None:
    """Make the process's streams safe, and able to take any name. The first thing that a program does."""
    for number, mode in _OPEN_AS.items():
        try:
            os.fstat(number)
        except OSError:
            _occupy(number, mode)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it is the process's
    sys.stdout = _unfailing(sys.stdout, 1)
    sys.stderr = _unfailing(sys.stderr, 2)


def output_failure() -> OSError | None:
    """Why some of standard output was lost, after all of it has been written; None where nothing was."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    with suppress(OSError, AttributeError):  # there may be no standard output at all
        sys.stdout.flush()
    return raw.failure if isinstance(raw, _Unfailing) else None


def is_reader_gone(failure: OSError) -> bool:
    """Whether whoever reads our output has had enough of it (`| head`): nothing is wrong."""
    return failure.errno in _READER_GONE


def _occupy(number: int, mode: int) -> None:
    handle = os.open(os.devnull, mode)
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)


class _Unfailing(io.RawIOBase):
    """A stream that takes everything, and remembers the first error of what is below it."""

    def __init__(self, below: io.RawIOBase) -> None:
        self.below = below
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.below.fileno()

    def isatty(self) -> bool:
        return self.below.isatty()

    def write(self, content: Buffer, /) -> int:
        try:
            while self.failure is None:
                if (n_bytes := self.below.write(content)) is not None:
                    return n_bytes
                select.select([], [self.fileno()], [])  # a pipe that another program has made non-blocking
        except OSError as error:
            self.failure = error
        return memoryview(content).nbytes


def _unfailing(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        below: Any = io.FileIO(number, "w", closefd=False)
    else:
        buffer = getattr(stream, "buffer", None)
        below = getattr(buffer, "raw", buffer)  # `python -u` has no buffer around it
        if not isinstance(below, io.RawIOBase) or isinstance(below, _Unfailing):  # a notebook's, a test's
            return stream
        stream.flush()
    is_unbuffered = getattr(stream, "write_through", False)
    return io.TextIOWrapper(
        io.BufferedWriter(_Unfailing(below)),
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=number == 2 or is_unbuffered or getattr(stream, "line_buffering", False),
    )
