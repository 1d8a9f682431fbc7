"""Further processes that run trials of the same sweep."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import InterruptedRunError, SilentProgress, Value, n_usable_cores
from regraft.experiments import Stopwatch
from regraft.grafting.sweeps.opening import open_sweep
from regraft.grafting.sweeps.options import SweepOptions

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

PROGRAM = "from regraft.grafting.sweeps.workers import join_sweep; join_sweep()"
"""What a process runs."""
_PATIENCE_SECONDS = 60
"""That a process has to write its checkpoint when it is asked to stop."""


class Order(Value):
    """What a process is told, as JSON on its standard input."""

    source: str
    options: SweepOptions
    journal: Path


class Team:
    """Processes beside this one, each with its part of the cores; they end with the context at the latest.

    They say nothing. What one of them leaves behind, because it died or met an error, is for this process: it runs
    the trial again, and meets the error itself.

    Args:
        source: The data set as the user named it.
        options: The sweep; `jobs` counts this process, too.
        journal: Of the sweep; without it there is nothing to do.
    """

    def __init__(self, source: str, options: SweepOptions, journal: Path) -> None:
        self.order = Order(source=source, options=options, journal=journal.resolve())
        self._former_threads: int | None = None
        self.n_threads = max(1, n_usable_cores() // options.jobs)
        self._processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        n_others = self.order.options.jobs - 1
        self._set_threads(self.n_threads if n_others else None)
        for _ in range(n_others):
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": str(self.n_threads)},
            )
            self._processes.append(process)
            assert process.stdin is not None
            with suppress(OSError):  # it died at once
                process.stdin.write(self.order.exact_json(exclude_unset=True))
                process.stdin.close()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._set_threads(self._former_threads)

    def wait(self) -> None:
        """Until they have nothing left to do."""
        for process in self._processes:
            process.wait()

    def _set_threads(self, n_threads: int | None) -> None:
        """This process's share of the cores, or what it had before."""
        import torch

        if n_threads is not None:
            self._former_threads = torch.get_num_threads()
            torch.set_num_threads(n_threads)


def join_sweep() -> None:
    """Run trials of a sweep that another process has begun and will report, as standard input says."""
    order = Order.from_exact_json(sys.stdin.read())
    if not order.journal.exists():  # the sweep is over already
        return
    sweep = open_sweep(order.source, order.options, SilentProgress(), Stopwatch())
    with sweep as opened, suppress(InterruptedRunError), opened.room.stoppable():
        opened.room.work()
