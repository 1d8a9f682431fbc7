"""Many texts in one block of memory: ten million paths as Python's own texts would take more than a gigabyte."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np

from regraft.core import number_column, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

_N_A_BLOCK = 4096
_N_KEPT_ANYWAY = 200_000
"""Fewer different texts are not worth packing."""

Item = TypeVar("Item")


class PackedTexts(Sequence[Any]):
    """Texts, and None where there is none; each is made when it is asked for.

    Args:
        ends: (n + 1,) int64, 0 and the end of each text in `content`.
        content: UTF-8, lone surrogates included: it sorts as the texts do.
        is_none: (n,) bool; None where all are texts.
    """

    def __init__(
        self, ends: NDArray[np.int64], content: NDArray[np.uint8], is_none: NDArray[np.bool_] | None = None
    ) -> None:
        self._ends, self._content, self._is_none = ends, content, is_none

    def __repr__(self) -> str:
        return f"<PackedTexts: {plural(len(self), 'text')}>"

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return self.take(np.arange(len(self))[place])
        row = range(len(self))[place]
        return None if self._is_none is not None and self._is_none[row] else _decoded(self._bytes(row, row + 1))

    def __iter__(self) -> Iterator[Any]:
        for begin in range(0, len(self), _N_A_BLOCK):
            yield from self._some(begin, min(begin + _N_A_BLOCK, len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def take(self, rows: NDArray[np.int64]) -> PackedTexts:
        """Some of them, by position."""
        _validity, ends, content = self._arrow().take(number_column(rows)).buffers()
        is_none = None if self._is_none is None else self._is_none[rows]
        return PackedTexts(
            np.frombuffer(ends, np.int64, len(rows) + 1), np.frombuffer(content or b"", np.uint8), is_none
        )

    def is_rising(self) -> bool:
        """Whether each text is greater than its predecessor."""
        from pyarrow import compute

        texts = self._arrow()
        return bool(compute.all(compute.less(texts[:-1], texts[1:]), min_count=0).as_py())

    def order(self, then: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) int64, the positions that sort the texts; equal ones by a number, and else in their order."""
        import pyarrow as pa
        from pyarrow import compute

        columns = pa.record_batch([self._arrow(), number_column(then)], ["text", "then"])
        keys = [("text", "ascending"), ("then", "ascending")]
        return np.frombuffer(compute.sort_indices(columns, keys).buffers()[1], np.int64)

    def is_filled(self) -> NDArray[np.bool_]:
        """(n,) bool, where there is a text of one character or more."""
        return self._ends[1:] > self._ends[:-1]

    def _arrow(self) -> pa.LargeBinaryArray:
        import pyarrow as pa

        buffers = [None, pa.py_buffer(self._ends), pa.py_buffer(self._content)]
        return pa.Array.from_buffers(pa.large_binary(), len(self), buffers)

    def _bytes(self, begin: int, end: int) -> bytes:
        return self._content[self._ends[begin] : self._ends[end]].tobytes()

    def _some(self, begin: int, end: int) -> Iterable[str | None]:
        content, ends = self._bytes(begin, end), (self._ends[begin : end + 1] - self._ends[begin]).tolist()
        pairs = pairwise(ends)
        if content.isascii():
            text = content.decode("ascii")
            texts = [text[first:last] for first, last in pairs]
        else:
            texts = [_decoded(content[first:last]) for first, last in pairs]
        if self._is_none is None:
            return texts
        return [None if is_none else text for text, is_none in zip(texts, self._is_none[begin:end], strict=True)]


class TextPacker:
    """Collects a column: each text once as long as they repeat, packed where nearly each is another one.

    Attributes:
        is_packing: Nearly each is another one, so far.
    """

    def __init__(self) -> None:
        self.is_packing = False
        self._known: dict[str | None, str | None] = {}
        self._cells: list[str | None] = []
        self._lengths, self._content, self._nones = array("q"), bytearray(), array("q")

    def add(self, cells: Iterable[str | None]) -> None:
        """Some more texts."""
        if self.is_packing:
            self._pack(cells)
            return
        known = self._known
        self._cells += [known.setdefault(cell, cell) for cell in cells]
        if len(known) > max(_N_KEPT_ANYWAY, len(self._cells) // 2):
            self.is_packing = True
            for begin in range(0, len(self._cells), _N_A_BLOCK):
                self._pack(self._cells[begin : begin + _N_A_BLOCK])
            self._cells, self._known = [], {}

    def add_encoded(self, ends: NDArray[np.int64], content: NDArray[np.uint8]) -> None:
        """Some more texts as they lie behind each other in UTF-8; only where packing has begun.

        Args:
            ends: (n + 1,) the beginning of the first and the end of each.
            content: Where they are.
        """
        self._lengths.frombytes(np.diff(ends).astype(np.int64).tobytes())
        self._content += content[ends[0] : ends[-1]].data

    def done(self) -> Sequence[Any]:
        """All texts."""
        if not self.is_packing:
            return self._cells
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.frombuffer(self._lengths, np.int64))])
        is_none = None
        if len(self._nones):
            is_none = np.zeros(len(ends) - 1, np.bool_)
            is_none[np.frombuffer(self._nones, np.int64)] = True
        return PackedTexts(ends, np.frombuffer(self._content, np.uint8), is_none)

    def _pack(self, cells: Iterable[str | None]) -> None:
        encoded = [None if cell is None else cell.encode("utf-8", "surrogatepass") for cell in cells]
        if None in encoded:
            self._nones.extend(len(self._lengths) + place for place, text in enumerate(encoded) if text is None)
        texts = [text or b"" for text in encoded]
        self._lengths.extend(map(len, texts))
        self._content += b"".join(texts)


def packed(texts: Iterable[str | None]) -> Sequence[Any]:
    """A column of them: a tuple, or packed where it pays."""
    packer = TextPacker()
    for some in blocks(texts):
        packer.add(some)
    found = packer.done()
    return tuple(found) if isinstance(found, list) else found


def blocks(texts: Iterable[Item]) -> Iterator[list[Item]]:
    """All texts, some at a time."""
    rest = iter(texts)
    while some := list(islice(rest, _N_A_BLOCK)):
        yield some


def mapped(texts: Sequence[str], change: Callable[[str], str]) -> Sequence[str]:
    """Each text changed; where none is another one, what was given."""
    if all(change(text) == text for text in texts):
        return texts
    return packed(map(change, texts))


def taken(column: Sequence[Item], rows: NDArray[np.int64]) -> Sequence[Item]:
    """Some parts of a column, by position: packed where it is, else a tuple."""
    if isinstance(column, PackedTexts):
        return column.take(rows)
    cells = np.empty(len(column), object)
    cells[:] = column
    parts = (cells[rows[begin : begin + _N_A_BLOCK]].tolist() for begin in range(0, len(rows), _N_A_BLOCK))
    return tuple(chain.from_iterable(parts))


def shared(texts: Iterable[str | None]) -> tuple[str | None, ...]:
    """Texts that repeat, each once in memory."""
    known: dict[str | None, str | None] = {}
    return tuple(known.setdefault(text, text) for text in texts)


def filled(column: Sequence[str | None]) -> NDArray[np.bool_]:
    """(n,) bool, where there is a text of one character or more."""
    if isinstance(column, PackedTexts):
        return column.is_filled()
    return np.fromiter(map(bool, column), np.bool_, len(column))


def sorted_rows(texts: Sequence[str], then: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) int64, the positions that sort texts, and equal ones by a number."""
    if not isinstance(texts, PackedTexts):
        numbers = then.tolist()
        return np.array(sorted(range(len(texts)), key=lambda row: (texts[row], numbers[row])), np.int64)
    return np.arange(len(texts)) if texts.is_rising() else texts.order(then)


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")
