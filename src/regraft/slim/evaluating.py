"""eval_image_classifier: a run, a bundle or a training under way, measured as TF-Slim printed it, and by our report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.recipes import EvaluateOptions, command_line, evaluate
from regraft.slim.checkpoint_paths import place_to_measure
from regraft.slim.directories import data_source, split_name
from regraft.slim.flags import told
from regraft.slim.other_flags import EVAL_FLAGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from regraft.core import Progress
    from regraft.recipes import EvaluateResult
    from regraft.slim.flags import Given


def evaluate_checkpoint(given: Given, progress: Progress, say: Callable[[str], None]) -> EvaluateResult:
    """Measure as TF-Slim's command line says.

    Raises:
        BundleError: There is no classifier.
        OptionError: A flag makes no sense.
    """
    for sentence in told(given, EVAL_FLAGS):
        say(f"Note: {sentence}")
    split = split_name(given)
    checkpoint, sentences = place_to_measure(given.required("checkpoint_path"))
    for sentence in sentences:
        say(f"Note: {sentence}")
    source = data_source(given)
    runs = _eval_folder(given.path("eval_dir") or Path("runs"), checkpoint)
    options = EvaluateOptions(runs=runs, name=_free_name(runs, f"eval-{split}"), split=split)
    say(f"The same, natively: {command_line(options, str(checkpoint), source)}")
    result = evaluate(checkpoint, source, options, progress=progress)
    found = result.assessment
    say(f"eval/Accuracy[{found.accuracy.value:.6g}]")
    top5 = found.top5_accuracy
    say(
        "eval/Recall_5[1] (5 classes or fewer: it says nothing)" if top5 is None else f"eval/Recall_5[{top5.value:.6g}]"
    )
    return result


def _eval_folder(asked: Path, checkpoint: Path) -> Path:
    """Where evaluations go: beside a training that is under way, whose folder must not be there before it is whole."""
    under_way = not checkpoint.exists() and asked.resolve().is_relative_to(checkpoint.resolve())
    return checkpoint.with_name(f"{checkpoint.name}-eval") if under_way else asked


def _free_name(folder: Path, stem: str) -> str:
    """Evaluations are counted: TF-Slim's could be repeated at will."""
    taken = [match for path in folder.glob(f"{stem}*") if (match := re.fullmatch(rf"{stem}(?:-(\d+))?", path.name))]
    if not taken:
        return stem
    return f"{stem}-{max(int(match[1] or 1) for match in taken) + 1}"
