"""What systems and programs leave in a folder of images, and is none of the data's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_OWN = frozenset({"source.json", "license.txt", "conversion.json"})
"""Our own records of where images come from, with the licence."""
_NAMES = {
    "__macosx": "macOS's notes on an archive",
    "temporary items": "macOS's",
    "network trash folder": "macOS's bin",
    "icon\r": "macOS's",
    "lost+found": "the file system's place for what it salvaged",
    "system volume information": "Windows's own folder",
    "$recycle.bin": "Windows's bin",
    "recycler": "Windows's bin",
    "found.000": "Windows's place for what it salvaged",
    "thumbs.db": "Windows's small pictures",
    "ehthumbs.db": "Windows's small pictures",
    "desktop.ini": "Windows's",
    "@eadir": "a Synology's small pictures",
    "#recycle": "a Synology's bin",
    "~snapshot": "a file server's snapshots",
    "#snapshot": "a Synology's snapshots",
    "@recycle": "a QNAP's bin",
    "@recently-snapshot": "a QNAP's snapshots",
    "__pycache__": "Python's",
    "node_modules": "Node's packages",
}
"""Names, in lower case, and whose they are."""
_HIDDEN = "hidden: its name begins with a dot"
COMPANION = "macOS's notes on another file, no image"
"""Of `._photo.jpg`, which lies beside `photo.jpg` after a copy to another system's disk."""

_YOLO = "a run of Ultralytics"
_MARKS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"bundle.json", "head.safetensors"}), "a classifier of Regraft"),
    (frozenset({"run.json", "report.html"}), "a run of Regraft"),
    (frozenset({"args.yaml", "weights"}), _YOLO),
    (frozenset({"args.yaml", "results.csv"}), _YOLO),
    (frozenset({"opt.yaml", "hyp.yaml"}), "a run of YOLO"),
    (frozenset({"hparams.yaml", "checkpoints"}), "a run of Lightning"),
    (frozenset({"hparams.yaml", "metrics.csv"}), "a run of Lightning"),
    (frozenset({"meta.yaml", "artifacts"}), "a run of MLflow"),
    (frozenset({"wandb-summary.json"}), "a run of Weights & Biases"),
    (frozenset({"wandb-metadata.json"}), "a run of Weights & Biases"),
    (frozenset({"trainer_state.json"}), "a checkpoint of Transformers"),
    (frozenset({"saved_model.pb", "variables"}), "a model of TensorFlow"),
    (frozenset({"pyvenv.cfg"}), "a Python environment"),
    (frozenset({"conda-meta"}), "a Python environment"),
)
"""What lies together in the folder of a program's run. A folder's name says nothing: a class may be called runs."""
_YOLO_TASKS = frozenset({"classify", "detect", "obb", "pose", "segment"})
_EVENTS = "events.out.tfevents."


@dataclass(frozen=True)
class Leftover:
    """A file or folder that is left out, because it is a system's or a program's.

    Attributes:
        path: POSIX style, relative to the data set.
        reason: Whose it is.
        n_images: Files with an image's name in it.
        is_readable: Whether it can be looked into.
        is_run: It is what a program's run has written.
    """

    path: str
    reason: str
    n_images: int
    is_readable: bool = True
    is_run: bool = False


def leftover_reason(name: str) -> str | None:
    """Whose a file or folder of this name is, if it is a system's or a program's; empty for Regraft's own records."""
    lower = name.lower()
    if lower in _OWN:
        return ""
    if lower.startswith("._"):
        return COMPANION
    if lower.endswith(".lrdata"):
        return "Lightroom's previews"
    if lower.startswith(".trash"):
        return "a desktop's bin"
    return _HIDDEN if name.startswith(".") else _NAMES.get(lower)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none of the data's."""
    return leftover_reason(name) is not None


def program_reason(name: str, folders: Sequence[str], files: Sequence[str]) -> str | None:
    """Which program keeps its results in a folder, by what lies there; None where it is no program's.

    Args:
        name: The folder's.
        folders: Names of its folders.
        files: Names of its files.
    """
    present = {*folders, *files}
    for marks, reason in _MARKS:
        if marks <= present:
            return reason
    if name.lower() == "runs" and _YOLO_TASKS & set(folders):
        return _YOLO
    if name.lower() == "wandb" and any(other.startswith(("run-", "offline-run-")) for other in folders):
        return "runs of Weights & Biases"
    return "a log of TensorBoard" if any(file.startswith(_EVENTS) for file in files) else None


def look_into(
    folder: str, path: str, reason: str, is_image: Callable[[str], bool], *, is_run: bool = False
) -> Leftover:
    """Count what is left out with a folder; what cannot be read is not looked into.

    Args:
        folder: Where it is.
        path: Relative to the data set.
        reason: Whose it is.
        is_image: Whether a name is an image's.
        is_run: It is what a program's run has written.
    """
    failed: list[OSError] = []
    n_images = 0
    for _folder, _folders, files in os.walk(folder, onerror=failed.append):
        n_images += sum(is_image(file) and not file.startswith("._") for file in files)
    return Leftover(path, reason, n_images, is_readable=not failed, is_run=is_run)
