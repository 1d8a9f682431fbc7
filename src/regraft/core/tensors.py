"""The header of a safetensors file, read with suspicion and without any tensor library.

A file is: 8 bytes little-endian header length N, N bytes of JSON, then the tensors' bytes.
The JSON maps a name to `{"dtype", "shape", "data_offsets": [begin, end]}`, offsets counted from
the end of the header. (https://huggingface.co/docs/safetensors)
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import blake3

from regraft.core.errors import StoreError
from regraft.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from typing_extensions import Buffer

N_HEADER_BYTES_MAX = 16 << 20
_N_BITS = {
    "F64": 64,
    "F32": 32,
    "F16": 16,
    "BF16": 16,
    "I64": 64,
    "I32": 32,
    "I16": 16,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
}


@dataclass(frozen=True)
class TensorEntry:
    """Where one tensor lies: `n_bytes` from `offset` (counted from the file's start)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    n_bytes: int


@dataclass(frozen=True)
class TensorHeader:
    """The checked header of one file: its entries in the file's order, and its text metadata."""

    entries: dict[str, TensorEntry]
    metadata: dict[str, str]


def read_tensor_header(path: Path) -> TensorHeader:
    """Read and check a safetensors header.

    Every tensor's bytes must be as many as its shape and dtype say, the tensors must lie one behind
    the other without gap or overlap, and the file must end where the last one ends.

    Raises:
        StoreError: The file is no such file, is cut off, or contradicts itself.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        n_file = file.seek(0, 2)
        file.seek(0)
        prefix = file.read(8)
        n_header = int.from_bytes(prefix, "little") if len(prefix) == 8 else -1
        if not 2 <= n_header <= min(N_HEADER_BYTES_MAX, n_file - 8):
            raise StoreError(f"{path} is not a whole safetensors file: its header length is {n_header}.")
        raw = file.read(n_header)
    try:
        table = json.loads(raw)
        metadata = table.pop("__metadata__", {})
        entries = [_entry(name, row, 8 + n_header) for name, row in table.items()]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"{path} has a damaged safetensors header ({error}).") from error
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise StoreError(f"{path} has damaged safetensors metadata.")
    entries.sort(key=lambda entry: entry.offset)
    end = 8 + n_header
    for entry in entries:
        if entry.offset != end:
            raise StoreError(
                f"{path} is damaged: tensor {quoted(entry.name)} does not begin where the one before ends."
            )
        end += entry.n_bytes
    if end != n_file:
        raise StoreError(f"{path} is cut off or damaged: {end:,} bytes expected, {n_file:,} found.")
    return TensorHeader({entry.name: entry for entry in entries}, metadata)


def _entry(name: str, row: dict[str, Any], base: int) -> TensorEntry:
    begin, end = row["data_offsets"]
    shape = tuple(row["shape"])
    if not all(isinstance(number, int) and number >= 0 for number in (begin, end, *shape)):
        raise ValueError(f"tensor {quoted(name)} has a negative or fractional size")
    if end - begin != math.prod(shape) * _N_BITS[row["dtype"]] // 8:
        raise ValueError(f"tensor {quoted(name)} has {end - begin} bytes, which is not its shape times its type")
    return TensorEntry(name, row["dtype"], shape, base + begin, end - begin)


def digest_tensors(path: Path) -> str:
    """BLAKE3 over the names, types, shapes and bytes of a safetensors file's tensors, sorted by name.

    It does not depend on the order in the file, on metadata, or on the version of the library that
    wrote the file: equal weights have equal digests.

    Raises:
        StoreError: The file is not a whole safetensors file.
        OSError: The file cannot be read.
    """
    entries = read_tensor_header(path).entries
    with path.open("rb") as file:

        def read(entry: TensorEntry) -> bytes:
            file.seek(entry.offset)
            return file.read(entry.n_bytes)

        return digest_parts((name, entry.dtype, entry.shape, read(entry)) for name, entry in sorted(entries.items()))


def digest_parts(parts: Iterable[tuple[str, str, Sequence[int], Buffer]]) -> str:
    """The same of name, type, shape and bytes of each tensor, sorted by name."""
    hasher = blake3.blake3()
    for name, dtype, shape, content in parts:
        hasher.update(json.dumps([name, dtype, shape]).encode())
        hasher.update(content)
    return hasher.hexdigest()
