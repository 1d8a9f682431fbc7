"""Where a training begins: TF-Slim's --checkpoint_path as options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.bundle import find_bundle
from regraft.core import BundleError, OptionError, as_path

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.slim.models import Model

_TENSORS = {".safetensors", ".pth", ".pt", ".bin"}
_TENSORFLOW_TAILS = (".index", ".meta", ".data-00000-of-00001")


def weights_settings(checkpoint: str, model: Model) -> tuple[dict[str, Any], list[str]]:
    """The network and the weights that a training begins with, and what has to be said about them.

    Args:
        checkpoint: A run's folder, a file of tensors, or a TensorFlow checkpoint.
        model: The model that was named.

    Raises:
        OptionError: There is nothing at this path.
    """
    path = as_path(checkpoint, "--checkpoint_path")
    if path.is_dir():
        if is_run(path):
            return {"backbone": str(path)}, []
        if not (path / "checkpoint").is_file():
            raise OptionError(
                f"--checkpoint_path={checkpoint}: there is no finished run in this folder. If its training was "
                "stopped, give the command that began it again."
            )
    elif path.is_file() and path.suffix in _TENSORS:
        return {"backbone": model.backbone, "checkpoint": path}, []
    elif not _is_tensorflow(path):
        raise OptionError(f"--checkpoint_path={checkpoint}: there is nothing at this path.")
    return {"backbone": model.backbone}, [
        f"{checkpoint} is TensorFlow's and is not read: the published weights of {model.backbone} are used."
    ]


def is_run(folder: Path) -> bool:
    """Whether a folder holds a finished run."""
    try:
        find_bundle(folder)
    except BundleError:
        return False
    return True


def _is_tensorflow(path: Path) -> bool:
    """A checkpoint of one file (`inception_v3.ckpt`), or the common beginning of several (`model.ckpt-1000`)."""
    return ".ckpt" in path.name or any(path.with_name(path.name + tail).is_file() for tail in _TENSORFLOW_TAILS)
