"""What TF-Slim's paths of checkpoints mean: a run of ours, one of its steps, or TensorFlow's own files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.bundle import find_bundle
from regraft.core import BundleError, OptionError, as_path
from regraft.recipes import kept_steps

if TYPE_CHECKING:
    from pathlib import Path

_TAILS = (".index", ".meta", ".data-00000-of-00001")
_STEP = re.compile(r"model\.ckpt-(\d+)(?:\.index|\.meta|\.data-\d{5}-of-\d{5})?")


@dataclass(frozen=True)
class OwnRun:
    """A run of ours that a path means.

    Attributes:
        folder: Of the run, or where it will be.
        is_finished: Whether it has a saved classifier.
        sentences: What is used instead of the step that was asked for.
    """

    folder: Path
    is_finished: bool
    sentences: tuple[str, ...] = ()


def find_own(path: Path) -> OwnRun | None:
    """The run that a path means: its folder, a bundle, or a step of it (`TRAIN_DIR/model.ckpt-1000`).

    None where there is none. TensorFlow's files are read as what they are, also beside a run of ours.
    """
    if is_run(path):
        return OwnRun(path, is_finished=True)
    named = _STEP.fullmatch(path.name)
    folder = path if named is None else path.parent
    if named is not None and (path.exists() or _has_tails(path)):
        return None
    is_finished = is_run(folder)
    steps = () if is_finished else kept_steps(folder)
    if not is_finished and not steps:
        return None
    if named is None:
        return OwnRun(folder, is_finished)
    return OwnRun(folder, is_finished, (_said(folder, int(named[1]), steps),))


def place_to_measure(checkpoint: str, flag: str = "checkpoint_path") -> tuple[Path, tuple[str, ...]]:
    """The run or training that eval's or export's --checkpoint_path means, and what has to be said about it.

    Args:
        checkpoint: The path.
        flag: What it was given as.

    Raises:
        OptionError: It is TensorFlow's, or there is nothing.
    """
    path = as_path(checkpoint, f"--{flag}")
    own = find_own(path)
    if own is not None:
        return own.folder, own.sentences
    if is_tensorflow(path):
        raise OptionError(
            f"--{flag}={checkpoint} is TensorFlow's and cannot be read. Name a run of Regraft's: "
            "regraft slim train_image_classifier makes one."
        )
    raise OptionError(
        f"--{flag}={checkpoint}: there is no run here, finished or under way. Name the --train_dir of one."
    )


def _said(folder: Path, step: int, steps: tuple[int, ...]) -> str:
    if not steps:
        return (
            f"{folder} is a finished run, which keeps its best weights and not those of each step: they are used "
            f"instead of step {step:,}."
        )
    if step == steps[-1]:
        return f"The training of {folder} is under way: its newest checkpoint, of step {step:,}, is used."
    kept = ", ".join(f"{kept:,}" for kept in steps)
    return (
        f"The training of {folder} is under way and has checkpoints of the steps {kept}: the newest is used instead "
        f"of step {step:,}."
    )


def is_run(folder: Path) -> bool:
    """Whether a folder holds a finished run."""
    try:
        find_bundle(folder)
    except BundleError:
        return False
    return True


def is_tensorflow(path: Path) -> bool:
    """A checkpoint of one file, the common beginning of several (`model.ckpt-1000`), one of these, or their folder."""
    if path.is_dir():
        return (path / "checkpoint").is_file() or any(path.glob("*.ckpt*"))
    return (path.is_file() and ".ckpt" in path.name) or _has_tails(path)


def _has_tails(path: Path) -> bool:
    return any(path.with_name(path.name + tail).is_file() for tail in _TAILS)
