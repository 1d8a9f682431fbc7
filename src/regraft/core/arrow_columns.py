"""Columns of Arrow tables, made of buffers: `pyarrow.array` imports pandas wherever it is installed, half a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def number_column(numbers: NDArray[Any], known: NDArray[np.bool_] | None = None) -> Any:
    """A `pyarrow.Array` of numbers or truth values.

    Args:
        numbers: (n,) of any such type.
        known: (n,) where there is one; the others are null. None where there is one everywhere.
    """
    import pyarrow as pa

    content = _bits(numbers) if numbers.dtype == np.bool_ else pa.py_buffer(np.ascontiguousarray(numbers))
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(numbers), [_validity(known), content])


def text_column(texts: Sequence[str | None]) -> Any:
    """A `pyarrow.Array` of text and nulls, 2 GB at most in all."""
    import pyarrow as pa

    encoded = [b"" if text is None else text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)])
    assert ends[-1] <= np.iinfo(np.int32).max
    known = np.array([text is not None for text in texts], np.bool_)
    buffers = [_validity(known), pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def texts_column(lists: Sequence[Sequence[str] | None]) -> Any:
    """A `pyarrow.Array` of lists of text, and nulls."""
    import pyarrow as pa

    ends = np.cumsum([0, *(len(texts or ()) for texts in lists)]).astype(np.int32)
    known = np.array([texts is not None for texts in lists], np.bool_)
    inside = text_column([text for texts in lists for text in texts or ()])
    buffers = [_validity(known), pa.py_buffer(ends)]
    return pa.Array.from_buffers(pa.list_(pa.string()), len(lists), buffers, children=[inside])


def _validity(known: NDArray[np.bool_] | None) -> Any:
    return None if known is None or known.all() else _bits(known)


def _bits(flags: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))
