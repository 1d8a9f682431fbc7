"""One at a time: a lock between threads, and one between processes that the system releases when its holder dies."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from regraft.core.errors import StoreError
from regraft.core.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType


class ThreadLock:
    """A lock between the threads of one process; who holds it may take it again.

    It is free in a forked child, whoever held it when the process was forked (a `with` that goes on there ends as
    usual), and in a copy or another process, to which it was sent with what it guards.

    Attributes:
        depth: How often its holder has taken it.
    """

    def __init__(self) -> None:
        self._held = threading.local()
        self._free()
        _THREAD_LOCKS.add(self)

    def _free(self) -> None:
        self._lock = threading.RLock()
        self.depth = 0

    def __enter__(self) -> None:
        lock = self._lock
        lock.acquire()
        self._held.__dict__.setdefault("locks", []).append(lock)
        self.depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lock = self._held.locks.pop()
        if lock is self._lock:  # else the process was forked since
            self.depth -= 1
        lock.release()

    def __reduce__(self) -> tuple[type[ThreadLock], tuple[()]]:
        return ThreadLock, ()


_THREAD_LOCKS: weakref.WeakSet[ThreadLock] = weakref.WeakSet()


def _free_all() -> None:
    """The threads that held locks do not live in a forked child."""
    for lock in _THREAD_LOCKS:
        lock._free()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free_all)


@contextmanager
def exclusive(path: Path, *, timeout_seconds: float = 120.0, is_made: bool = True) -> Iterator[None]:
    """Hold the lock at `path` (a file of its own) against other threads and processes.

    SQLite's file lock is used because it works on every system and ends with its process, also by kill -9. Who held it
    may have removed it with its folder: then the lock at `path` is another one by now, and that is held.

    Args:
        path: The lock file.
        timeout_seconds: To wait for who holds it.
        is_made: Make the file, and its folder, where there is none.

    Raises:
        StoreError: Somebody else has held the lock for `timeout_seconds`.
        OSError: The lock file cannot be made, or is not there.
    """
    while True:
        if is_made:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch()  # SQLite by itself gives a group less than the umask does
        before = path.stat()
        with ExitStack() as held:
            try:
                held.enter_context(_held(path, timeout_seconds))
            except OSError:  # SQLite does not like a file that has been moved
                if _is_still(path, before):
                    raise
                continue
            if _is_still(path, before):
                yield
                return


def _is_still(path: Path, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(file, path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _held(path: Path, timeout_seconds: float) -> Iterator[None]:
    with ExitStack() as held:
        try:
            database = sqlite3.connect(path, timeout=timeout_seconds, isolation_level=None)
            held.enter_context(closing(database))
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if "locked" not in str(error):
                raise OSError(f"{path}: {error}") from error
            raise StoreError(
                f"Another process has been writing to {path.parent} for {duration(timeout_seconds)}. "
                "Wait until it has finished, or stop it, and run the command again."
            ) from error
        yield
