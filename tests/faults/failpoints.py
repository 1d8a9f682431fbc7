"""Fail-points: a process that ends itself with SIGKILL at a chosen step towards a durable file.

What makes files durable passes through a few Python calls. `FailPoint.arm` replaces them, in a child process only,
by calls that count and, at the chosen one, end the process as `kill -9` or a power cut would: no `finally`, no
flush, no unlocking. The code under test has no hooks.

    write    Path.write_bytes      during: half of the bytes are in the file
    fsync    os.fsync
    replace  os.replace
    rename   os.rename
    unlink   os.unlink
    copy     shutil.copyfileobj
    commit   Connection.commit     during: changed pages are in the database already, and its journal is hot

A fail-point is written STEP:CALL:MOMENT, for example `replace:2:after`.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENTS = ("before", "during", "after")


@dataclass(frozen=True)
class FailPoint:
    """Where a process ends.

    Attributes:
        step: One of the steps above.
        call: Which call of it, counted from 1.
        moment: One of MOMENTS; `during` for `write` and `commit` only.
    """

    step: str
    call: int
    moment: str

    @classmethod
    def parse(cls, text: str) -> FailPoint:
        """From STEP:CALL:MOMENT."""
        step, call, moment = text.split(":")
        if step not in _STEPS or moment not in MOMENTS:
            raise ValueError(f"{text} is no fail-point")
        return cls(step, int(call), moment)

    def arm(self) -> None:
        """From now on the process ends here."""
        _STEPS[self.step](self)

    def watch(self, call: Callable[..., Any], *, during: Callable[..., object] | None = None) -> Callable[..., Any]:
        """`call`, with a death at the chosen time.

        Args:
            call: What is counted.
            during: Does half of it.
        """
        n_calls = 0

        @wraps(call)
        def watched(*arguments: Any, **options: Any) -> Any:
            nonlocal n_calls
            n_calls += 1
            due = n_calls == self.call
            if due and self.moment == "before":
                die()
            if due and self.moment == "during" and during is not None:
                during(*arguments, **options)
                die()
            try:
                return call(*arguments, **options)
            finally:
                if due:
                    die()

        return watched


def die() -> NoReturn:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    while True:
        signal.pause()


def _arm_write(point: FailPoint) -> None:
    def write_half(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])

    Path.write_bytes = point.watch(Path.write_bytes, during=write_half)


def _arm_fsync(point: FailPoint) -> None:
    os.fsync = point.watch(os.fsync)


def _arm_replace(point: FailPoint) -> None:
    os.replace = point.watch(os.replace)


def _arm_rename(point: FailPoint) -> None:
    os.rename = point.watch(os.rename)


def _arm_copy(point: FailPoint) -> None:
    shutil.copyfileobj = point.watch(shutil.copyfileobj)


def _arm_unlink(point: FailPoint) -> None:
    os.unlink = point.watch(os.unlink)


def _arm_commit(point: FailPoint) -> None:
    class Watched(sqlite3.Connection):
        commit = point.watch(sqlite3.Connection.commit, during=lambda _connection: None)

    connect = sqlite3.connect

    def connect_watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, factory=Watched, **options)
        if point.moment == "during":  # a cache this small is written to the file before the end of a transaction
            connection.execute("PRAGMA cache_size = 1")
        return connection

    sqlite3.connect = connect_watched


_STEPS = {
    "write": _arm_write,
    "fsync": _arm_fsync,
    "replace": _arm_replace,
    "rename": _arm_rename,
    "copy": _arm_copy,
    "unlink": _arm_unlink,
    "commit": _arm_commit,
}
