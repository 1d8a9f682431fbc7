"""`regraft evaluate`: a saved classifier, or one that is being trained, measured on labelled images."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from pydantic import Field

from regraft.core import BundleError, SilentProgress, as_path, as_source, json_text, placed, plural
from regraft.data import SourceOptions
from regraft.experiments import MetricOptions, RunFolder, RunOptions, RunResult, TrustOptions, Yardstick
from regraft.grafting import Place, WhichWeights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.core import Progress
    from regraft.evaluation import Assessment
    from regraft.experiments import Measured
    from regraft.recipes.settings import EvaluateSettings


class EvaluateOptions(RunOptions, MetricOptions, SourceOptions, TrustOptions):
    """Settings of `evaluate`."""

    VERB: ClassVar[str] = "evaluate"

    split: Literal["all", "train", "val", "test"] = Field(
        "all", description="Which of the data set's splits to use.", json_schema_extra=placed("data", 10)
    )
    weights: WhichWeights = Field(
        "auto",
        description="Of a training that is under way: those of its last step, their moving average, or those of its "
        "best epoch. auto takes the average where there is one.",
        json_schema_extra=placed("expert", 20),
    )
    watch: bool = Field(
        default=False,
        description="Measure every new checkpoint of a training until it is finished, then its result.",
        json_schema_extra=placed("output", 40),
    )
    wait: float = Field(
        60.0,
        gt=0,
        description="Minutes without a new checkpoint after which watching ends.",
        json_schema_extra=placed("output", 41),
    )


@dataclass(frozen=True, kw_only=True)
class EvaluateResult(RunResult):
    """What an evaluation gave.

    Attributes:
        folder: The run's folder: `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality.
        n_unreadable: Files that were left out; the report lists them.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    assessment: Assessment
    n_unreadable: int


def evaluate(
    bundle: str | Path,
    source: str | Path,
    options: EvaluateOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[EvaluateSettings],
) -> EvaluateResult:
    """Measure a classifier on labelled images; a warning counts those that it was trained on.

    Args:
        bundle: A bundle's or run's folder; or a training that is under way, by its folder or that of the run to be.
        source: A folder, a table, or the name of a data set; its classes must be among the classifier's.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`EvaluateOptions`).

    Raises:
        BundleError: The classifier cannot be loaded.
        DataError: There are no labelled images, or they have classes that the classifier does not know.
    """
    bundle, source = as_path(bundle, "A bundle or run"), as_source(source)
    options = EvaluateOptions.of(options, settings)
    progress = progress or SilentProgress()
    yardstick = Yardstick.of(source, options, options.split, progress)
    place = Place(bundle, options.trust_code, options.weights, progress)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-evaluate") as run:
        measured = _measure_all(place, yardstick, run.folder, options, str(bundle))
        if measured is None:
            raise BundleError(f"No checkpoint of {bundle} came in {options.wait:g} minutes. Is its training running?")
    return EvaluateResult(
        folder=run.final,
        assessment=measured.assessment,
        n_unreadable=measured.n_unreadable,
        findings=measured.findings,
    )


def _measure_all(
    place: Place, yardstick: Yardstick, folder: Path, options: EvaluateOptions, bundle: str
) -> Measured | None:
    """Measure all that comes; the last is the result. Ctrl-C ends the watching where something was measured."""
    measured: Measured | None = None
    with closing(place.classifiers(options.wait if options.watch else None)) as found:
        try:
            for step, classifier in found:
                yardstick = yardstick.hashed()
                find_seen = place.seen if step is None else _nobody_knows
                measured = yardstick.measure(folder, classifier, find_seen, options, place=bundle)
                if step is not None:
                    _report_checkpoint(folder, step, measured.assessment, place.progress)
        except KeyboardInterrupt:
            if measured is None:
                raise
            place.progress.say("Watching was stopped: the report is of the last checkpoint that was measured.")
    return measured


def _nobody_knows(_digests: Sequence[str]) -> None:
    """What a checkpoint of a training under way says of the images that it has seen."""


def _report_checkpoint(folder: Path, step: int, assessment: Assessment, progress: Progress) -> None:
    """A line for the user and for `checkpoints.jsonl`."""
    numbers = {"step": step, "accuracy": assessment.accuracy.value}
    if assessment.top5_accuracy is not None:
        numbers["recall_5"] = assessment.top5_accuracy.value
    with (folder / "checkpoints.jsonl").open("a", encoding="utf-8") as file:
        file.write(json_text(numbers) + "\n")
    progress.say(f"Step {step:,}: accuracy {assessment.accuracy} on {plural(assessment.n_images, 'image')}.")
