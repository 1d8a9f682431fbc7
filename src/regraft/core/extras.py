"""The optional parts of an installation: what they bring, which verbs need one, what is said where one is missing."""

from __future__ import annotations

from importlib.util import find_spec

from regraft.core.errors import MissingExtraError

_TORCH = ("torch", "torchvision", "timm")
EXTRAS: dict[str, tuple[str, ...]] = {
    "torch": _TORCH,
    "sweep": (*_TORCH, "optuna"),
    "tensorboard": ("tensorboardX",),
    "demo": ("elpv_dataset",),
    "export": ("onnx", "onnxruntime"),
    "remote": ("fsspec", "s3fs"),
    "scale": ("ray",),
    "serve": ("fastapi", "uvicorn", "httptools", "python_multipart", "prometheus_client"),
}
"""The modules that each extra brings, of those that are asked for by name."""
VERB_EXTRAS = {"finetune": "torch", "train": "torch", "pretrain": "torch", "sweep": "sweep", "serve": "serve"}
"""The extra that each verb cannot do without."""


def extra_mark(extra: str | None, *values: str) -> str:
    """What a help page says, behind all else, of a verb or an option that needs an extra; nothing where it needs none.

    Args:
        extra: Its name.
        values: Which of the option's values need it; none: all.
    """
    if extra is None:
        return ""
    return f" [{' or '.join(values)}{': ' if values else ''}needs the extra {extra}]"


def has_extra(extra: str) -> bool:
    """Whether all that an extra brings is installed; nothing of it is imported."""
    specs = map(find_spec, EXTRAS[extra])
    return all(spec is not None and spec.origin is not None for spec in specs)  # a mere folder has no origin


def require_extra(extra: str, purpose: str) -> None:
    """Nothing, where an extra is installed.

    Args:
        extra: Its name.
        purpose: What needs it, to begin a sentence with.

    Raises:
        MissingExtraError: It is not.
    """
    if not has_extra(extra):
        raise MissingExtraError(purpose, extra)
