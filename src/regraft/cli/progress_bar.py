"""Progress on standard error: on a terminal a bar, elsewhere lines."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

from regraft.cli.log_lines import LogLines
from regraft.cli.output import is_mute, is_terminal, say
from regraft.core import visible

if TYPE_CHECKING:
    from types import TracebackType

    from regraft.cli.terminal_bar import TerminalBar


class ProgressBar:
    """Shows a recipe's progress; on a pipe or in a log file by lines.

    Use it as a context manager; the bar disappears at its end. Of several processes that train together (torchrun)
    the first speaks.

    Args:
        is_shown: Whether a terminal has a bar. Where answers are printed meanwhile, they would be drawn over.
    """

    def __init__(self, *, is_shown: bool = True) -> None:
        self._bar: TerminalBar | None = None
        if is_shown and is_terminal(sys.stderr):
            from regraft.cli.terminal_bar import TerminalBar  # rich is of no use elsewhere

            self._bar = TerminalBar()
        self._is_mute = is_mute()
        self._log = LogLines(self._log_line)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.show()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.hide()

    def start(self, task: str, n_total: int, unit: str = "images") -> None:
        """Begin a task; the former one is over."""
        if self._bar is not None:
            self._bar.start(task, n_total, unit)
        self._log.start(task, n_total, unit)

    def advance(self, n_done: int = 1) -> None:
        """Some units of the current task are finished."""
        if self._bar is not None:
            self._bar.advance(n_done)
        self._log.advance(n_done)

    def tell(self, state: str) -> None:
        """How the current task is doing, at the bar's end."""
        if self._bar is not None:
            self._bar.tell(state)
        self._log.tell(state)

    def mark(self, number: int, n_total: int, text: str) -> None:
        """A milestone; the bar's end says as much already."""
        self._log.mark(number, n_total, text)

    def say(self, text: str) -> None:
        """A line above the bar; also in log files."""
        self._log.said()
        if self._is_mute:
            return
        if self._bar is None:
            say(text, aside=True)
        else:
            self._bar.say("\n".join(map(visible, text.split("\n"))))

    def _log_line(self, text: str) -> None:
        """A line that the bar makes needless."""
        if self._bar is None:
            self.say(text)
