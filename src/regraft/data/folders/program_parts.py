"""What programs write into a folder where they run: the parts that are theirs, never the folder itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class ProgramParts:
    """What is a program's in one folder.

    Attributes:
        reason: Whose it is.
        folders: Names of folders with pictures.
        pictures: Names of pictures that lie straight in it.
    """

    reason: str
    folders: frozenset[str]
    pictures: frozenset[str]


_ENVIRONMENT = r"lib|lib64|bin|share|include|scripts|etc|pkgs|envs|conda-meta|library|ssl|man"
_PICTURES = (
    r"(train|val|test)_batch\d+(_labels|_pred)?\.(jpg|png)|labels(_correlogram)?\.(jpg|png)|results\.png"
    r"|confusion_matrix(_normalized)?\.png|((box|mask|pose)?_?(p|r|f1|pr))_curve\.png|hyp_evolve\.png|evolve\.png"
)
_NO = r"(?!)"
_MARKS: tuple[tuple[frozenset[str], str, str, str], ...] = (
    (frozenset({"args.yaml", "weights"}), "a run of Ultralytics", _NO, _PICTURES),
    (frozenset({"args.yaml", "results.csv"}), "a run of Ultralytics", _NO, _PICTURES),
    (frozenset({"opt.yaml", "hyp.yaml"}), "a run of YOLO", _NO, _PICTURES),
    (frozenset({"meta.yaml", "artifacts"}), "a run of MLflow", "artifacts", _NO),
    (frozenset({"wandb-summary.json"}), "a run of Weights & Biases", "media", _NO),
    (frozenset({"wandb-metadata.json"}), "a run of Weights & Biases", "media", _NO),
    (frozenset({"pyvenv.cfg"}), "a Python environment", _ENVIRONMENT, _NO),
    (frozenset({"conda-meta"}), "a Python environment", _ENVIRONMENT, _NO),
    (frozenset({"bundle.json", "head.safetensors"}), "a classifier of Regraft", _NO, _NO),
    (frozenset({"run.json", "report.html"}), "a run of Regraft", _NO, _NO),
    (frozenset({"hparams.yaml", "checkpoints"}), "a run of Lightning", _NO, _NO),
    (frozenset({"hparams.yaml", "metrics.csv"}), "a run of Lightning", _NO, _NO),
    (frozenset({"trainer_state.json"}), "a checkpoint of Transformers", _NO, _NO),
    (frozenset({"saved_model.pb", "variables"}), "a model of TensorFlow", _NO, _NO),
)
"""What lies together where a program has run, and patterns of its folders of pictures and its pictures there.

Most write none: the images beside their files are the user's.
"""
_EVENTS = "events.out.tfevents."
_BY_NAME = (
    ("runs", re.compile(r"classify|detect|obb|pose|segment"), "runs of Ultralytics"),
    ("wandb", re.compile(r"(offline-)?run-.*|latest-run"), "runs of Weights & Biases"),
)


def program_parts(name: str, folders: Sequence[str], files: Sequence[str]) -> ProgramParts | None:
    """What is a program's in a folder, by what lies there together; None where nothing is.

    Args:
        name: The folder's.
        folders: Names of its folders.
        files: Names of its files.
    """
    for known, pattern, reason in _BY_NAME:
        if name.lower() == known and (own := _matching(folders, pattern)):
            return ProgramParts(reason, own, frozenset())
    present = {*folders, *files}
    for marks, reason, own_folders, own_pictures in _MARKS:
        if marks <= present:
            pictures = _matching(files, re.compile(own_pictures, re.IGNORECASE))
            return ProgramParts(reason, _matching(folders, re.compile(own_folders, re.IGNORECASE)), pictures)
    is_log = any(file.startswith(_EVENTS) for file in files)
    return ProgramParts("a log of TensorBoard", frozenset(), frozenset()) if is_log else None


def _matching(names: Iterable[str], pattern: re.Pattern[str]) -> frozenset[str]:
    return frozenset(name for name in names if pattern.fullmatch(name))
