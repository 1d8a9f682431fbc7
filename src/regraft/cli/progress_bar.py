"""Progress on standard error: on a terminal a bar with the rate and the time left, elsewhere lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from rich.filesize import decimal
from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from regraft.cli.log_lines import LogLines
from regraft.cli.output import is_mute, is_terminal, open_console
from regraft.core import visible

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Task, TaskID


_NARROW = 110
"""Columns of a terminal; with fewer, what a task says of itself takes the place of its amounts."""


class _AmountColumn(ProgressColumn):
    """Units done of all."""

    def render(self, task: Task) -> Text:
        if task.fields["is_brief"] and task.fields["state"]:
            return Text("")
        total = "?" if task.total is None else _amount(task, task.total)
        return Text(f"{_amount(task, task.completed)}/{total}", style="progress.download")


class _RateColumn(ProgressColumn):
    """Units per second."""

    def render(self, task: Task) -> Text:
        if task.fields["is_brief"] and task.fields["state"]:
            return Text("")
        rate = task.finished_speed or task.speed
        unit = "" if task.fields["unit"] == "bytes" else f" {task.fields['unit']}"
        return Text("" if rate is None else f"{_amount(task, rate)}{unit}/s", style="progress.data.speed")


def _amount(task: Task, number: float) -> str:
    """`2,624`, or `12.3 MB` where bytes are counted."""
    return decimal(int(number)) if task.fields["unit"] == "bytes" else f"{number:,.0f}"


class ProgressBar:
    """Shows a recipe's progress; on a pipe or in a log file by lines.

    Use it as a context manager; the bar disappears at its end. Of several processes that train together (torchrun)
    the first speaks.
    """

    def __init__(self) -> None:
        self._console = open_console(is_error=True)
        self._is_narrow = self._console.width < _NARROW
        self._bars = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=12 if self._is_narrow else 40),
            _AmountColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            console=self._console,
            transient=True,
            disable=not is_terminal(sys.stderr),
        )
        self._is_mute = is_mute()
        self._log = LogLines(self._log_line)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def start(self, task: str, n_total: int, unit: str = "images") -> None:
        """Begin a task; the former one is over."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        name = task.partition(" (")[0] if self._is_narrow else task
        self._task = self._bars.add_task(name, total=n_total, unit=unit, state="", is_brief=self._is_narrow)
        self._log.start(task, n_total, unit)

    def advance(self, n_done: int = 1) -> None:
        """Some units of the current task are finished."""
        if self._task is not None:
            self._bars.advance(self._task, n_done)
        self._log.advance(n_done)

    def tell(self, state: str) -> None:
        """How the current task is doing, at the bar's end."""
        if self._task is not None:
            self._bars.update(self._task, state=state)
        self._log.tell(state)

    def mark(self, number: int, n_total: int, text: str) -> None:
        """A milestone; the bar's end says as much already."""
        self._log.mark(number, n_total, text)

    def say(self, text: str) -> None:
        """A line above the bar; also in log files."""
        self._log.said()
        if not self._is_mute:
            self._console.print(Text("\n".join(map(visible, text.split("\n")))), soft_wrap=True)

    def _log_line(self, text: str) -> None:
        """A line that the bar makes needless."""
        if self._bars.disable:
            self.say(text)
