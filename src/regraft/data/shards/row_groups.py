"""Row groups of Parquet files, read whole and kept in bounds: images cannot be read one by one from them."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from regraft.core import arrow_file, shortened
from regraft.data.files import Reason, UnreadableImageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regraft.data.files import ShardFile

N_GROUP_BYTES_MAX = 1 << 30
"""A row group with more bytes of images is not read, whatever it states."""
_N_KEPT_BYTES = 256 << 20
_N_ROWS_AT_ONCE = 1024

Cells = list[bytes | None]


def open_parquet(path: Path, *, is_proved: bool = False, n_buffer_bytes: int = 0) -> Any:
    """A Parquet file whose checksums, where it has some, are compared.

    Args:
        path: The file.
        is_proved: The checksums were compared before: leave it out, it takes more time than reading.
        n_buffer_bytes: Read so much of a column at once; 0 for all of it.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no Parquet file.
    """
    from pyarrow import parquet

    return parquet.ParquetFile(arrow_file(path), page_checksum_verification=not is_proved, buffer_size=n_buffer_bytes)


def stated_bytes(file: Any, row_group: int, columns: Sequence[str]) -> int:
    """How large some leaf columns of a row group become, as the file states it."""
    group = file.metadata.row_group(row_group)
    found = (group.column(place) for place in range(group.num_columns))
    return sum(column.total_uncompressed_size for column in found if column.path_in_schema in columns)


def batches(file: Any, row_group: int, columns: Sequence[str]) -> Iterator[Any]:
    """Some leaf columns of a row group, so few rows at once that a value that is repeated cannot fill the memory."""
    n_bytes = max(1, stated_bytes(file, row_group, columns))
    n_rows = max(1, min(_N_ROWS_AT_ONCE, N_GROUP_BYTES_MAX // n_bytes))
    yield from file.iter_batches(n_rows, row_groups=[row_group], columns=list(columns), use_threads=False)


def leaf(batch: Any, column: str) -> Any:
    """A leaf column of a batch; `image.bytes` is the field `bytes` of the column `image`."""
    if column in batch.schema.names:
        return batch.column(column)
    outer, _dot, inner = column.partition(".")
    return batch.column(outer).field(inner)


class RowGroups:
    """The row groups that were used last, shared by threads.

    Checksums are compared when a group is read for the first time. Whoever reads an image again compares its hash with
    that of the first time.

    Args:
        n_bytes_max: How much is kept at most, besides the group that is being used.
    """

    def __init__(self, n_bytes_max: int = _N_KEPT_BYTES) -> None:
        self.n_bytes_max = n_bytes_max
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, str, int], tuple[ShardFile, Future[Cells]]] = OrderedDict()
        self._sizes: dict[tuple[int, str, int], int] = {}
        self._proved: WeakKeyDictionary[ShardFile, set[tuple[str, int]]] = WeakKeyDictionary()

    def read(self, shard: ShardFile, column: str, row_group: int) -> Cells:
        """All values of a leaf column in a row group; other threads that want it wait for the first one.

        Raises:
            UnreadableImageError: It is damaged or too large.
        """
        key = (id(shard), column, row_group)  # the shard itself is kept beside it, so its id is not given again
        with self._lock:
            _shard, future = self._kept.get(key, (shard, None))
            is_first = future is None
            if future is None:
                future = Future()
                self._kept[key] = (shard, future)
            self._kept.move_to_end(key)
        if is_first:
            self._load(key, shard, future)
        return future.result()

    def _load(self, key: tuple[int, str, int], shard: ShardFile, future: Future[Cells]) -> None:
        cells: Cells = []
        try:
            proved = self._proved.setdefault(shard, set())
            cells = _read_cells(shard.path, key[1], key[2], is_proved=key[1:] in proved)
            proved.add(key[1:])
            future.set_result(cells)
        except UnreadableImageError as error:  # kept as well: it is asked for again with each image
            future.set_exception(error)
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            future.set_exception(error)  # whoever waits must not wait for ever
            raise
        with self._lock:
            self._sizes[key] = sum(len(cell) for cell in cells if cell)
            while len(self._sizes) > 1 and sum(self._sizes.values()) > self.n_bytes_max:
                oldest = next(other for other in self._kept if other in self._sizes)
                del self._kept[oldest], self._sizes[oldest]


def _read_cells(path: Path, column: str, row_group: int, *, is_proved: bool) -> Cells:
    cells: Cells = []
    try:
        with open_parquet(path, is_proved=is_proved) as file:
            n_bytes = 0 if stated_bytes(file, row_group, [column]) <= N_GROUP_BYTES_MAX else N_GROUP_BYTES_MAX + 1
            some = iter(()) if n_bytes else batches(file, row_group, [column])
            while n_bytes <= N_GROUP_BYTES_MAX and (batch := next(some, None)) is not None:
                found = leaf(batch, column).to_pylist()
                n_bytes += sum(len(cell) for cell in found if cell)
                cells += found
    except MemoryError as error:
        raise UnreadableImageError(Reason.TOO_LARGE, "there is not enough memory for its row group") from error
    except (OSError, ValueError, IndexError, KeyError, OverflowError) as error:
        detail = f"its row group is damaged or cannot be read: {shortened(str(error), 160)}"
        raise UnreadableImageError(Reason.DAMAGED, detail) from error
    if n_bytes > N_GROUP_BYTES_MAX:
        raise UnreadableImageError(
            Reason.TOO_LARGE,
            f"its row group holds more than {N_GROUP_BYTES_MAX:,} bytes of images: write the file anew "
            "with smaller ones (pyarrow: row_group_size=100)",
        )
    return cells
