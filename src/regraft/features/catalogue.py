"""Which shard holds which row: a SQLite index that can be made again from the shards."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = 1
_BUSY_SECONDS = 60.0
_CACHE_KIB = 1 << 16
"""Pages of a large transaction that are in memory; the default, 2 MB, writes them several times."""

_SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE IF NOT EXISTS shards (
    id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS entries (
    fingerprint TEXT NOT NULL, key BLOB NOT NULL, shard INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_shard ON entries (shard);
"""

Location = tuple[str, int]
"""A shard's file name and a row's position in it."""

Entry = tuple[str, str, list[bytes]]
"""Of a shard: the fingerprint of its rows' FeatureKey, its file name, and one key for each of its rows, in order."""


_NO_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}


def is_damage(error: Exception) -> bool:
    """Whether an error of a catalogue can come from a damaged file.

    The others say that somebody holds it, or that space, memory or permission is lacking.
    """
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NO_DAMAGE


class Catalogue:
    """The index of one store. Every call opens the file anew: safe for threads, forks and processes.

    Args:
        path: The SQLite file.

    Raises:
        sqlite3.DatabaseError: From any method, where the file is damaged; the store then makes it again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether there is an index in today's format."""
        if not self.path.is_file():
            return False
        with self._connected() as database:
            return bool(database.execute("PRAGMA user_version").fetchone()[0] == FORMAT)

    def written_format(self) -> int | None:
        """The format that the file says it has, read without SQLite, which may write; None where it says nothing.

        Source: https://www.sqlite.org/fileformat2.html, section 1.3: the user version stands at byte 60.
        """
        try:
            with self.path.open("rb") as file:
                head = file.read(64)
        except FileNotFoundError:
            return None
        is_told = len(head) == 64 and head.startswith(b"SQLite format 3\0")
        return int.from_bytes(head[60:], "big") or None if is_told else None

    def remove(self) -> None:
        """Remove the file first, then what SQLite keeps beside it: a death in between leaves no index, never half."""
        for ending in ("", "-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def create(self) -> None:
        """Make the tables where they are not there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            self.path.touch()  # SQLite by itself gives a group less than the umask does
        with self._connected() as database:
            database.executescript(_SCHEMA)

    def add(self, *entries: Entry) -> None:
        """Enter the rows of shards at once, also in place of entries that point nowhere.

        Args:
            *entries: One for each shard.
        """
        with self._connected() as database:
            database.execute("BEGIN IMMEDIATE")
            rows = []
            for fingerprint, shard, keys in entries:
                database.execute("INSERT OR IGNORE INTO shards (fingerprint, name) VALUES (?, ?)", (fingerprint, shard))
                (number,) = database.execute("SELECT id FROM shards WHERE name = ?", (shard,)).fetchone()
                rows += [(fingerprint, key, number, position) for position, key in enumerate(keys)]
            if len(entries) > 1:
                rows.sort()  # in the order of the pages that they are written to
            database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", rows)
            database.commit()

    def find(self, fingerprint: str, keys: Iterable[bytes]) -> dict[bytes, Location]:
        """Where rows are; keys that are nowhere are left out."""
        with self._connected() as database:
            database.execute("CREATE TEMP TABLE wanted (key BLOB PRIMARY KEY) WITHOUT ROWID")
            database.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in keys))
            rows = database.execute(  # CROSS JOIN keeps this order: what is wanted first, however much there is
                "SELECT wanted.key, shards.name, entries.position FROM wanted "
                "CROSS JOIN entries ON entries.fingerprint = ? AND entries.key = wanted.key "
                "CROSS JOIN shards ON shards.id = entries.shard",
                (fingerprint,),
            )
            return {bytes(key): (str(name), int(position)) for key, name, position in rows}

    def drop(self, shard: str) -> None:
        """Forget a shard and its rows."""
        with self._connected() as database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("DELETE FROM entries WHERE shard IN (SELECT id FROM shards WHERE name = ?)", (shard,))
            database.execute("DELETE FROM shards WHERE name = ?", (shard,))
            database.commit()

    def shards(self) -> dict[str, str]:
        """All shards: file name -> fingerprint."""
        with self._connected() as database:
            return dict(database.execute("SELECT name, fingerprint FROM shards"))

    def n_rows(self) -> dict[str, int]:
        """Number of rows by fingerprint."""
        with self._connected() as database:
            return dict(database.execute("SELECT fingerprint, COUNT(*) FROM entries GROUP BY fingerprint"))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        # isolation_level=None: transactions begin and end where the code says so.
        with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            yield database
