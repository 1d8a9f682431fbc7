"""One process at a time: a lock that the system releases when its holder dies."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from regraft.core.errors import StoreError
from regraft.core.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def exclusive(path: Path, *, timeout_seconds: float = 120.0) -> Iterator[None]:
    """Hold the lock at `path` (a file of its own) against other threads and processes.

    SQLite's file lock is used because it works on every system and ends with its process, also by kill -9.

    Raises:
        StoreError: Somebody else has held the lock for `timeout_seconds`.
        OSError: The lock file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch()  # SQLite by itself gives a group less than the umask does
    with closing(sqlite3.connect(path, timeout=timeout_seconds, isolation_level=None)) as database:
        try:
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if "locked" not in str(error):
                raise OSError(f"{path}: {error}") from error
            raise StoreError(
                f"Another process has been writing to {path.parent} for {duration(timeout_seconds)}. "
                "Wait until it has finished, or stop it, and run the command again."
            ) from error
        yield
