"""ONNX files, written whole and sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.exporting.vetting import ONNX_SEAL, sealed

if TYPE_CHECKING:
    from pathlib import Path


def write_onnx(model: Any, path: Path) -> None:
    """Write a model and its seal.

    Args:
        model: An `onnx.ModelProto`.
        path: Where to.

    Raises:
        OSError: It does not fit on the disk.
    """
    path.write_bytes(sealed(model.SerializeToString(), ONNX_SEAL))
