"""`regraft evaluate`: a saved classifier, measured on labelled images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from regraft.bundle import load_bundle
from regraft.core import DataError, SilentProgress
from regraft.data import read_manifest, require_classes
from regraft.recipes.dataset_features import features_for
from regraft.recipes.experiment_options import MetricOptions, RunOptions
from regraft.recipes.network_options import TrustOptions
from regraft.recipes.reporting import Findings, report_run
from regraft.recipes.runs import RunFolder, write_record
from regraft.recipes.stopwatch import Stopwatch

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.evaluation import Assessment


class EvaluateOptions(RunOptions, MetricOptions, TrustOptions):
    """Settings of `evaluate`."""

    split: Literal["all", "train", "val", "test"] = Field("all", description="Which of the data set's splits to use.")
    group_by: str | None = Field(
        None,
        description="Images of one object are not independent: a column's name, or a regular expression on the path.",
    )


@dataclass(frozen=True)
class EvaluateResult:
    """What an evaluation gave.

    Attributes:
        folder: The run's folder: `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality.
        n_unreadable: Files that were left out; the report lists them.
    """

    folder: Path
    assessment: Assessment
    n_unreadable: int


def evaluate(
    bundle: str | Path,
    source: str | Path,
    options: EvaluateOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> EvaluateResult:
    """Measure a classifier on labelled images. Whether it has seen them in training is yours to know.

    Args:
        bundle: A bundle's or run's folder.
        source: A folder, a table, or the name of a data set; its classes must be among the classifier's.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`EvaluateOptions`).

    Raises:
        BundleError: The classifier cannot be loaded.
        DataError: There are no labelled images, or they have classes that the classifier does not know.
    """
    options = EvaluateOptions.of(options, settings)
    watch = Stopwatch()
    with watch.stage("load classifier"):
        classifier = load_bundle(Path(bundle), trust_code=options.trust_code)
    with watch.stage("list images"):
        manifest = read_manifest(source, group_by=options.group_by)
        require_classes(manifest, minimum=1)
        manifest = _relabelled(_of_split(manifest, options.split), classifier.class_names)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-evaluate") as run:
        data = features_for(
            manifest,
            spec=classifier.backbone,
            choice=classifier.choice,
            extractor=classifier.extractor,
            progress=progress or SilentProgress(),
            watch=watch,
        )
        nothing, everything = np.zeros(0, np.int64), np.arange(len(data.manifest))
        findings = Findings(str(source), "evaluate", options, data, train=nothing, test=everything)
        _predictions, assessment = report_run(run.folder, findings, classifier, None, watch)
        write_record(run.folder, source=str(source), options=options, seconds=watch.seconds, data=data)
    return EvaluateResult(folder=run.final, assessment=assessment, n_unreadable=len(data.unreadable))


def _of_split(manifest: Manifest, split: str) -> Manifest:
    if split == "all":
        return manifest
    chosen = np.array([given == split for given in manifest.splits], np.bool_)
    if not chosen.any():
        raise DataError(f"No image is in the split {split!r}. Leave --split out to use all {len(manifest):,} images.")
    return manifest.select(chosen)


def _relabelled(manifest: Manifest, class_names: tuple[str, ...]) -> Manifest:
    """The same images with labels that count in the classifier's classes."""
    places = {name: place for place, name in enumerate(class_names)}
    foreign = [name for name in manifest.class_names if name not in places]
    if foreign:
        raise DataError(
            f"{len(foreign):,} of the images' classes are unknown to the classifier (first: {foreign[0]!r}). "
            f"It knows: {', '.join(class_names[:10])}{', ...' if len(class_names) > 10 else '.'}"
        )
    new_places = np.array([places[name] for name in manifest.class_names], np.int64)
    return replace(manifest, labels=new_places[manifest.labels], class_names=class_names)
