"""A bar on a terminal, with the rate and the time left; rich draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.filesize import decimal
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from regraft.cli.output import open_console

if TYPE_CHECKING:
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


class TerminalBar:
    """The bar of the task that runs; it disappears at its end."""

    def __init__(self) -> None:
        self._console = open_console(is_error=True)
        self._is_narrow = self._console.width < _NARROW
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=12 if self._is_narrow else 40),
            _AmountColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            console=self._console,
            transient=True,
            redirect_stdout=False,  # answers for a pipe or a file go there while it is drawn
        )
        self._task: TaskID | None = None

    def show(self) -> None:
        """From now on it is drawn."""
        self._bars.start()

    def hide(self) -> None:
        """It is drawn no more."""
        self._bars.stop()

    def start(self, task: str, n_total: int, unit: str) -> None:
        """Begin a task; the former one is over."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        name = task.partition(" (")[0] if self._is_narrow else task
        self._task = self._bars.add_task(name, total=n_total, unit=unit, state="", is_brief=self._is_narrow)

    def advance(self, n_done: int) -> None:
        """Some units of the current task are finished."""
        if self._task is not None:
            self._bars.advance(self._task, n_done)

    def tell(self, state: str) -> None:
        """How the current task is doing, at the bar's end."""
        if self._task is not None:
            self._bars.update(self._task, state=state)

    def say(self, text: str) -> None:
        """A line above the bar."""
        self._console.print(Text(text), soft_wrap=True)
