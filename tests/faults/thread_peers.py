"""Processes that share work, played by threads: they meet as real ones do, and what they send is copied."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_PATIENCE_SECONDS = 60


@dataclass(eq=False)
class _Table:
    size: int
    places: list[Any]
    barrier: threading.Barrier


@dataclass(eq=False)
class ThreadPeers:
    """One of the processes: a `regraft.core.Peers`.

    Attributes:
        rank: Which one.
        table: Where all put what they send.
    """

    rank: int
    table: _Table = field(repr=False)

    @property
    def size(self) -> int:
        """How many there are."""
        return self.table.size

    def of_leader(self, value: Any) -> Any:
        """What process 0 has."""
        return self._exchanged(value)[0]

    def together(self, make: Callable[[], Any]) -> list[Any]:
        """What each makes; where one fails, the others end with an error."""
        try:
            made = make()
        except BaseException:
            self.table.barrier.abort()
            raise
        return self._exchanged(made)

    def spread(self, rows: NDArray[Any] | None, source: int) -> NDArray[Any]:
        """An array of one."""
        array: NDArray[Any] = self._exchanged(rows)[source]
        return array

    def _exchanged(self, value: Any) -> list[Any]:
        self.table.places[self.rank] = value
        self.table.barrier.wait(_PATIENCE_SECONDS)
        found = copy.deepcopy(self.table.places)
        self.table.barrier.wait(_PATIENCE_SECONDS)
        return found


def in_peers(size: int, work: Callable[[ThreadPeers], Any]) -> list[Any]:
    """What the work returns, or the error that it ends with, in each of some processes."""
    table = _Table(size, [None] * size, threading.Barrier(size))
    results: list[Any] = [None] * size

    def run(rank: int) -> None:
        try:
            results[rank] = work(ThreadPeers(rank, table))
        except Exception as error:  # noqa: BLE001 - it is the result
            results[rank] = error

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * _PATIENCE_SECONDS)
    return results
