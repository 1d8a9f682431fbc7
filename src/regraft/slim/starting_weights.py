"""Where a training begins: TF-Slim's --checkpoint_path as options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, as_path
from regraft.slim.checkpoint_paths import find_own, is_tensorflow

if TYPE_CHECKING:
    from regraft.slim.models import Model

PRETRAINED = "pretrained"
"""Stands for the published weights, without a file."""
_TENSORS = {".safetensors", ".pth", ".pt", ".bin"}


def weights_settings(checkpoint: str, model: Model) -> tuple[dict[str, Any], list[str]]:
    """The network and the weights that a training begins with, and what has to be said about them.

    Args:
        checkpoint: A run's folder or a checkpoint in it, a file of tensors, a TensorFlow checkpoint, or `pretrained`.
        model: The model that was named.

    Raises:
        OptionError: There is nothing at this path, or it cannot be read and there are no published weights instead.
    """
    if checkpoint == PRETRAINED:
        return _published(model, ""), []
    path = as_path(checkpoint, "--checkpoint_path")
    if path.is_file() and path.suffix in _TENSORS:
        return {"backbone": model.backbone, "checkpoint": path}, []
    own = find_own(path)
    if own is not None:
        if not own.is_finished:
            raise OptionError(
                f"--checkpoint_path={checkpoint}: the training of {own.folder} is not finished. Give the command that "
                "began it again, or begin from a finished one."
            )
        return {"backbone": str(own.folder)}, list(own.sentences)
    if is_tensorflow(path):
        why = f"{checkpoint} is TensorFlow's and cannot be read"
        return _published(model, why), [f"{why}: the published weights of {model.backbone} are used."]
    if path.is_dir():
        raise OptionError(
            f"--checkpoint_path={checkpoint}: there is no finished run in this folder. If its training was stopped, "
            "give the command that began it again."
        )
    if path.exists():
        raise OptionError(
            f"--checkpoint_path={checkpoint} is no file of tensors that can be read: these end in "
            f"{', '.join(sorted(_TENSORS))}."
        )
    hint = f" For the published weights of {model.backbone} no file is needed: --checkpoint_path={PRETRAINED}."
    raise OptionError(f"--checkpoint_path={checkpoint}: there is nothing at this path.{'' if model.is_drawn else hint}")


def _published(model: Model, why: str) -> dict[str, Any]:
    if model.is_drawn:
        raise OptionError(
            f"{why}{'; and ' if why else ''}{model.backbone} has no published weights. Leave --checkpoint_path out to "
            "train it from nothing, or begin from a run of your own."
        )
    return {"backbone": model.backbone}
