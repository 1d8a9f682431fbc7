"""Files of tensors, whatever their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import printable

if TYPE_CHECKING:
    from pathlib import Path

    import torch


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, whatever its name.

    Raises:
        OSError: It cannot be read.
        SafetensorError: It is damaged.
    """
    from safetensors.torch import load, load_file

    is_utf8 = printable(str(path)) == str(path)  # safetensors maps no other file into the memory
    return load_file(path) if is_utf8 else load(path.read_bytes())
