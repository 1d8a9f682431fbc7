"""Files of tensors, whatever their names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import BackboneError, printable, quoted, read_tensor_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, whatever its name.

    Raises:
        OSError: It cannot be read.
        SafetensorError: It is damaged.
    """
    from safetensors.torch import load, load_file

    is_utf8 = printable(str(path)) == str(path)  # safetensors maps no other file into the memory
    return load_file(path) if is_utf8 else load(path.read_bytes())


def load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The same without torch, of the types that NumPy knows.

    Raises:
        OSError: It cannot be read.
        StoreError: It is damaged.
        BackboneError: A tensor has another type.
    """
    entries = read_tensor_header(path).entries.values()
    content = path.read_bytes()
    if foreign := [entry for entry in entries if entry.dtype not in _DTYPES]:
        raise BackboneError(
            f"{path} holds {quoted(foreign[0].name)} in the type {foreign[0].dtype}, which needs PyTorch. Convert "
            "it to F32, or install it: pip install 'regraft[torch]'"
        )
    return {
        entry.name: np.frombuffer(content, _DTYPES[entry.dtype], math.prod(entry.shape), entry.offset).reshape(
            entry.shape
        )
        for entry in entries
    }


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
