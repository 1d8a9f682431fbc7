"""`regraft evaluate`: a saved classifier, or one that is being trained, measured on labelled images."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from regraft.core import BundleError, DataError, SilentProgress, as_path, as_source, json_text, placed, plural, quoted
from regraft.data import SourceOptions, fingerprint_manifest, require_classes
from regraft.datasets import read_dataset
from regraft.experiments import (
    MetricOptions,
    RunFolder,
    RunOptions,
    Stopwatch,
    Subject,
    TrustOptions,
    features_for,
    remark_on_seen,
    report_run,
    write_record,
)
from regraft.grafting import Place, WhichWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding, Fingerprints, Manifest
    from regraft.evaluation import Assessment

    FindSeen = Callable[[Sequence[str]], NDArray[np.bool_] | None]
    """Which of some contents a classifier was trained on; None where that is not known."""


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


@dataclass(frozen=True)
class EvaluateResult:
    """What an evaluation gave.

    Attributes:
        folder: The run's folder: `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality.
        n_unreadable: Files that were left out; the report lists them.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    folder: Path
    assessment: Assessment
    n_unreadable: int
    findings: tuple[Finding, ...] = ()


def evaluate(
    bundle: str | Path,
    source: str | Path,
    options: EvaluateOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
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
    watch = Stopwatch()
    with watch.stage("list images"):
        manifest = read_dataset(source, options.reading())
        manifest = require_classes(manifest, minimum=1)
        manifest = _of_split(manifest, options.split)
    with watch.stage("hash files"):
        prints = fingerprint_manifest(manifest, progress=progress)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-evaluate") as run:
        yardstick = _Yardstick(run, str(bundle), source, manifest, prints, options, progress, watch)
        place = Place(bundle, options.trust_code, options.weights, progress)
        with closing(place.classifiers(options.wait if options.watch else None)) as found:
            result = _last(place, found, yardstick)
        if result is None:
            raise BundleError(f"No checkpoint of {bundle} came in {options.wait:g} minutes. Is its training running?")
    return result


def _nobody_knows(_digests: Sequence[str]) -> None:
    """What a checkpoint of a training under way says of the images that it has seen."""


def _last(place: Place, found: Iterable[tuple[int | None, Classifier]], yardstick: _Yardstick) -> EvaluateResult | None:
    """Measure all that comes; the last result. Ctrl-C ends the watching where something was measured."""
    result: EvaluateResult | None = None
    try:
        for step, classifier in found:
            result = yardstick.measure(classifier, place.seen if step is None else _nobody_knows)
            if step is not None:
                _report_checkpoint(yardstick.run.folder, step, result.assessment, yardstick.progress)
    except KeyboardInterrupt:
        if result is None:
            raise
        yardstick.progress.say("Watching was stopped: the report is of the last checkpoint that was measured.")
    return result


@dataclass(frozen=True, eq=False)
class _Yardstick:
    """What classifiers are measured on."""

    run: RunFolder
    place: str
    source: str
    manifest: Manifest
    prints: Fingerprints
    options: EvaluateOptions
    progress: Progress
    watch: Stopwatch

    def measure(self, classifier: Classifier, find_seen: FindSeen) -> EvaluateResult:
        """Measure one; its report replaces that of the one before."""
        data = features_for(
            _relabelled(self.manifest, classifier.class_names),
            spec=classifier.backbone,
            choice=classifier.choice,
            extractor=classifier.extractor,
            progress=self.progress,
            watch=self.watch,
            prints=self.prints,
        )
        subject = Subject(
            self.source,
            self.options,
            data,
            train=np.zeros(0, np.int64),
            test=np.arange(len(data.manifest)),
            before=(self.place,),
            noticed=remark_on_seen(data.manifest, find_seen(data.digests)),
        )
        measured = report_run(self.run.folder, subject, classifier, None, self.watch)
        write_record(self.run.folder, source=self.source, options=self.options, seconds=self.watch.seconds, data=data)
        return EvaluateResult(
            folder=self.run.final,
            assessment=measured.assessment,
            n_unreadable=len(data.unreadable),
            findings=measured.findings,
        )


def _report_checkpoint(folder: Path, step: int, assessment: Assessment, progress: Progress) -> None:
    """A line for the user and for `checkpoints.jsonl`."""
    numbers = {"step": step, "accuracy": assessment.accuracy.value}
    if assessment.top5_accuracy is not None:
        numbers["recall_5"] = assessment.top5_accuracy.value
    with (folder / "checkpoints.jsonl").open("a", encoding="utf-8") as file:
        file.write(json_text(numbers) + "\n")
    progress.say(f"Step {step:,}: accuracy {assessment.accuracy} on {plural(assessment.n_images, 'image')}.")


def _of_split(manifest: Manifest, split: str) -> Manifest:
    if split == "all":
        return manifest
    chosen = np.array([given == split for given in manifest.splits], np.bool_)
    if not chosen.any():
        raise DataError(
            f"No image is in the split {quoted(split)}. Leave --split out to use all {len(manifest):,} images."
        )
    return manifest.select(chosen)


def _relabelled(manifest: Manifest, class_names: tuple[str, ...]) -> Manifest:
    """The same images with labels that count in the classifier's classes."""
    places = {name: place for place, name in enumerate(class_names)}
    foreign = [name for name in manifest.class_names if name not in places]
    if foreign:
        raise DataError(
            f"{len(foreign):,} of the images' classes are unknown to the classifier (first: {quoted(foreign[0])}). "
            f"It knows: {', '.join(class_names[:10])}{', ...' if len(class_names) > 10 else '.'}"
        )
    new_places = np.array([places[name] for name in manifest.class_names], np.int64)
    return replace(manifest, labels=new_places[manifest.labels], class_names=class_names)
