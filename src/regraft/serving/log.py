"""The log: JSON lines, written by a thread of its own, so that a slow or full disk delays nobody."""

from __future__ import annotations

import datetime as dt
import logging
import os
import queue
import stat
import threading
import time
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, exact_json, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import FileIO
    from pathlib import Path

Event = tuple[float, str, dict[str, Any]]
N_EVENTS_MAX = 10_000
"""Events that wait to be written; more are lost, and counted."""
_GATHERING_SECONDS = 0.05
"""For so long events are gathered: to wake a thread for each would keep the interpreter from refusing the next."""


class JsonLines:
    """Writes events.

    Args:
        file: Where to; None for none.
        say: What else is given each line.

    Raises:
        OptionError: The file cannot be written to.
    """

    def __init__(self, file: Path | None, say: Callable[[str], None] | None = None) -> None:
        self.n_lost = 0
        self._file, self._say = file, say
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        if file is not None:
            self._try(file)
        self._thread = threading.Thread(target=self._write, name="regraft_log", daemon=True)
        self._thread.start()

    def say(self, event: str, **facts: Any) -> None:
        """Write an event with the time; never waits, never fails.

        Args:
            event: What happened.
            **facts: What is known of it; what is None is left out.
        """
        if self._events.qsize() < N_EVENTS_MAX:
            self._events.put((time.time(), event, facts))
        else:
            self.n_lost += 1

    def close(self) -> None:
        """Write what waits, at most a second long."""
        self._events.put(None)
        self._thread.join(1)

    def _write(self) -> None:
        """Write what there is, again and again: where much happens, many lines at once."""
        is_over = False
        while not is_over:
            events = [self._events.get()]
            if events[0] is not None:
                time.sleep(_GATHERING_SECONDS)
            events += [self._events.get() for _ in range(self._events.qsize())]
            is_over = None in events
            lines = [_line(*event) for event in events if event is not None]
            try:
                self._write_lines(lines)
            except (OSError, ValueError):  # a full disk, a closed pipe
                self.n_lost += len(lines)

    def _write_lines(self, lines: Sequence[str]) -> None:
        if self._say is not None:
            for line in lines:
                self._say(line)
        if self._file is not None and lines:
            with self._file.open("ab", buffering=0) as file:  # by its name: whoever rotates it may move it
                _append(file, "".join(f"{line}\n" for line in lines).encode())

    @staticmethod
    def _try(file: Path) -> None:
        """See that it can be written to; nobody is waited for who would read a pipe."""
        try:
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0), 0o666))
        except OSError as error:
            raise OptionError(f"The log cannot be written to {file} ({error.strerror}).") from error


class LibraryWords(logging.Handler):
    """What libraries log, as events: nothing else stands between the lines of a log.

    Args:
        log: Where they go.
    """

    def __init__(self, log: JsonLines) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write an event; what parsers and decoders think of a client's bytes is none."""
        if not record.name.startswith(("python_multipart", "PIL", "py.warnings")):
            self._log.say("library", name=record.name, detail=shortened(record.getMessage(), 500))


def to_standard_error(line: str) -> None:
    """Write a line past Python's buffers: who does not read it holds up this thread, and not the end of the process."""
    data = f"{line}\n".encode()
    while data:
        data = data[os.write(2, data) :]


def _append(file: FileIO, data: bytes) -> None:
    """Write all of it, or nothing: half a line would spoil the next one, too.

    Raises:
        OSError: It cannot be written.
    """
    is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    n_before = os.fstat(file.fileno()).st_size
    try:
        while data:
            data = data[file.write(data) :]
    except OSError:
        if is_plain:
            file.truncate(n_before)
        raise


def _line(seconds: float, event: str, facts: dict[str, Any]) -> str:
    when = dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")
    return exact_json({"time": when, "event": event} | {key: one for key, one in facts.items() if one is not None})
