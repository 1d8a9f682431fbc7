"""Row groups that are too large for the memory: read from front to back, a few rows at a time."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any

from regraft.core import shortened
from regraft.data.files import N_BYTES_MAX, Reason, UnreadableImageError
from regraft.data.shards.row_groups import batches, leaf, open_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regraft.data.files import ShardFile

_N_KEPT_BYTES = 64 << 20
_N_BUFFER_BYTES = 4 << 20


class RowStreams:
    """The row group that was read last, as far as it was read.

    Threads that read neighbouring rows find them among the last ones; a row further in front begins anew.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[int, str, int] | None = None
        self._shard: ShardFile | None = None
        self._rows: Iterator[bytes | None] = iter(())
        self._next = 0
        self._kept: OrderedDict[int, bytes | None] = OrderedDict()
        self._n_bytes = 0

    def read(self, shard: ShardFile, column: str, row_group: int, row: int) -> bytes | None:
        """A value of a leaf column in a row group.

        Args:
            shard: The Parquet file.
            column: Its leaf column.
            row_group: The number of the row group.
            row: In the row group.

        Raises:
            UnreadableImageError: It is damaged, or has become shorter.
        """
        with self._lock:
            try:
                return self._read(shard, column, row_group, row)
            except (OSError, ValueError, KeyError, OverflowError) as error:
                self._key = None
                detail = f"its row group is damaged or cannot be read: {shortened(str(error), 160)}"
                raise UnreadableImageError(Reason.DAMAGED, detail) from error

    def _read(self, shard: ShardFile, column: str, row_group: int, row: int) -> bytes | None:
        key = (id(shard), column, row_group)
        if key != self._key or (row < self._next and row not in self._kept):
            self._key, self._shard = key, shard  # the shard is kept, so its id is not given again
            self._rows, self._next, self._n_bytes = _stream(shard, column, row_group), 0, 0
            self._kept.clear()
        while self._next <= row:
            try:
                cell = next(self._rows)
            except StopIteration:
                raise UnreadableImageError(Reason.TRUNCATED, "its row group has become shorter") from None
            self._keep(cell)
        return self._kept[row]

    def _keep(self, cell: bytes | None) -> None:
        if cell is not None and len(cell) > N_BYTES_MAX:
            cell = None
        self._kept[self._next] = cell
        self._n_bytes += len(cell or b"")
        self._next += 1
        while len(self._kept) > 1 and self._n_bytes > _N_KEPT_BYTES:
            self._n_bytes -= len(self._kept.popitem(last=False)[1] or b"")


def _stream(shard: ShardFile, column: str, row_group: int) -> Iterator[bytes | None]:
    with open_parquet(shard.path, n_buffer_bytes=_N_BUFFER_BYTES) as file:
        for batch in batches(file, row_group, [column]):
            cells: list[Any] = leaf(batch, column).to_pylist()
            yield from cells
