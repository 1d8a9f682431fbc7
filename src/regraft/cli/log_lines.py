"""Progress in a log, where no bar can be drawn: an epoch a line, and now and then how far long work is."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regraft.core import duration

if TYPE_CHECKING:
    from collections.abc import Callable

_N_MARKS = 100
"""Of the milestones of a task at most about so many are written, and those that were long in coming."""
_SHORTEST, _LONGEST, _SHARE = 30.0, 120.0, 0.05
"""Seconds of silence: this part of the time that the task has taken, within these bounds."""


@dataclass
class LogLines:
    """Writes plain lines about long work; short work stays silent but for its milestones.

    Attributes:
        write: Takes a line.
        clock: Seconds from anywhere.
    """

    write: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    _task: str = ""
    _unit: str = ""
    _state: str = ""
    _n_total: int = 0
    _n_done: int = 0
    _n_before: int = 0
    _began: float = 0.0
    _first: float | None = None
    _last: float = 0.0
    _written: float = field(default=-math.inf)
    _is_long: bool = False

    def __post_init__(self) -> None:
        self._written = self.clock()

    def start(self, task: str, n_total: int, unit: str = "images") -> None:
        """Begin a task; it is named at once where the work has turned out to be long."""
        self._task, self._n_total, self._unit, self._state = task, n_total, unit, ""
        self._n_done, self._first, self._began = 0, None, self.clock()
        self._is_long = self._is_long or self._is_due(self._began)
        if self._is_long:
            self._line(f"{task}: {self._amount(n_total)}{self._units}." if n_total > 1 else f"{task}.")

    def advance(self, n_done: int = 1) -> None:
        """Some units are finished; what is finished at first was so before."""
        now = self.clock()
        self._n_done += n_done
        if self._first is None:
            self._first, self._n_before = now, self._n_done
        self._last = now
        if self._is_due(now) and self._n_done < self._n_total:
            self._is_long = True
            state = f" ({self._state})" if self._state else ""
            self._line(f"{self._task}: {self._far()}{self._left(now)}{state}")

    def tell(self, state: str) -> None:
        """Remember how the task is doing, for its next line."""
        self._state = state

    def mark(self, number: int, n_total: int, text: str) -> None:
        """Write a milestone; of many only some, the last among them."""
        now = self.clock()
        if number % math.ceil(max(n_total, 1) / _N_MARKS) == 0 or number >= n_total or self._is_due(now):
            self._line(f"{self._task}, {text}{self._left(now)}")

    def said(self) -> None:
        """Something else was written."""
        self._written = self.clock()

    def _is_due(self, now: float) -> bool:
        wanted = min(_LONGEST, max(_SHORTEST, _SHARE * (now - self._began)))
        return now - self._written >= wanted

    def _far(self) -> str:
        part = f" ({100 * self._n_done / self._n_total:.0f} %)" if self._n_total else ""
        return f"{self._amount(self._n_done)} of {self._amount(self._n_total)}{self._units}{part}"

    def _left(self, now: float) -> str:
        """The time that is left, at the mean speed of what is finished."""
        n_done = self._n_done - self._n_before
        if self._first is None or n_done <= 0:
            return ""
        left = (self._n_total - self._n_done) * (self._last - self._first) / n_done - (now - self._last)
        return f", about {duration(left)} left" if left > 0 else ""

    @property
    def _units(self) -> str:
        return "" if self._unit == "bytes" else f" {self._unit}"

    def _amount(self, number: int) -> str:
        if self._unit != "bytes":
            return f"{number:,}"
        from rich.filesize import decimal

        return decimal(number)

    def _line(self, text: str) -> None:
        self._written = self.clock()
        self.write(text)
