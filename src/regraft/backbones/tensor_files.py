"""Files of tensors, whatever their names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import BackboneError, StoreError, digest_parts, printable, read_tensor_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

_BFLOAT16 = "BF16"
"""The upper half of a float32, which is what it is read as: NumPy has no such type."""
_DTYPES = {
    _BFLOAT16: "<u2",
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
_NAMES = {np.dtype(dtype): name for name, dtype in _DTYPES.items() if name != _BFLOAT16}


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, whatever its name.

    Raises:
        OSError: It cannot be read.
        SafetensorError: It is damaged.
    """
    from safetensors.torch import load, load_file

    is_utf8 = printable(str(path)) == str(path)  # safetensors maps no other file into the memory
    return load_file(path) if is_utf8 else load(path.read_bytes())


def load_arrays(path: Path, *, digest: str | None = None) -> dict[str, NDArray[Any]]:
    """The same without torch.

    Args:
        path: The file.
        digest: What `digest_tensors` must find of it; None where that is known.

    Raises:
        OSError: It cannot be read.
        StoreError: It is damaged, or has another digest.
    """
    entries = read_tensor_header(path).entries
    content = memoryview(path.read_bytes())
    if digest is not None:
        parts = (
            (name, entry.dtype, entry.shape, content[entry.offset : entry.offset + entry.n_bytes])
            for name, entry in sorted(entries.items())
        )
        if digest_parts(parts) != digest:
            raise StoreError(f"{path} holds other tensors than it should.")
    return {name: _array(content, entry.dtype, entry.shape, entry.offset) for name, entry in entries.items()}


def digest_arrays(arrays: Mapping[str, NDArray[Any]]) -> str:
    """What `digest_tensors` finds of a file with these tensors."""
    return digest_parts(
        (name, _NAMES[array.dtype], array.shape, np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
        for name, array in sorted(arrays.items())
    )


def _array(content: memoryview, dtype: str, shape: tuple[int, ...], begin: int) -> NDArray[Any]:
    numbers = np.frombuffer(content, _DTYPES[dtype], math.prod(shape), begin)
    if dtype == _BFLOAT16:
        numbers = (numbers.astype("<u4") << 16).view("<f4")
    return numbers.reshape(shape)


def require_fit(architecture: str, missing: Sequence[str], unexpected: Sequence[str]) -> None:
    """Refuse weights with other entries than a network has.

    Args:
        architecture: The network's name.
        missing: Entries that it has, and the weights have not.
        unexpected: The other way round.

    Raises:
        BackboneError: There are some.
    """
    if missing or unexpected:
        raise BackboneError(
            f"The weights do not fit {architecture}: {len(missing)} entries are missing "
            f"(first: {missing[0] if missing else '-'}), {len(unexpected)} are unknown "
            f"(first: {unexpected[0] if unexpected else '-'}). Is this the right architecture for the checkpoint?"
        )
