"""The log: JSON lines, written by a thread of its own, so that a slow or full disk delays nobody."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, exact_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

N_LINES_MAX = 10_000
"""Lines that wait to be written; more are lost, and counted."""


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
        self._lines: queue.Queue[str | None] = queue.Queue(N_LINES_MAX)
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
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        told = {"time": now, "event": event} | {name: value for name, value in facts.items() if value is not None}
        try:
            self._lines.put_nowait(exact_json(told))
        except queue.Full:
            self.n_lost += 1

    def close(self) -> None:
        """Write what waits, at most a second long."""
        try:
            self._lines.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(1)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._write_line(line)
            except (OSError, ValueError):  # a full disk, a closed pipe
                self.n_lost += 1

    def _write_line(self, line: str) -> None:
        if self._say is not None:
            self._say(line)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:  # by its name: whoever rotates it may move it
                file.write(f"{line}\n")

    @staticmethod
    def _try(file: Path) -> None:
        try:
            with file.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise OptionError(f"The log cannot be written to {file} ({error.strerror}).") from error
