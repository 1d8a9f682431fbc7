"""From features and a fitted head to the files that people and programs read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing import name_weak_slices
from regraft.core import cache_folder, printable
from regraft.data import find_problems, has_own_validation, make_finding, summarise, unkept
from regraft.evaluation import Assessment, Predictions, assess, map_features
from regraft.experiments.circumstances import installed_versions, now
from regraft.experiments.command_lines import command_line
from regraft.experiments.hashed_features import told_of_stored
from regraft.experiments.limits import limits_of, noise_of
from regraft.experiments.mistake_maps import explain_mistakes
from regraft.experiments.parts import measure_parts
from regraft.experiments.quick_findings import sides_of
from regraft.experiments.seen_images import remark_on_network
from regraft.features import take_rows
from regraft.images import thumbnail_jpeg
from regraft.reports import LeftOutFile, Notice, RegularisationPath, Report, Stage, StrengthCurve, Table, write_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Options
    from regraft.data import Finding, Manifest, Unreadable
    from regraft.evaluation import FeatureMap, Limits, SliceTable
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.limits import Strangers
    from regraft.heads import MeasureChoice, Selection
    from regraft.reports import TrainingStory


@dataclass(frozen=True, eq=False)
class Measured:
    """What a run said of each test image, how good that is, also of parts of them, and what was noticed of the data.

    Attributes:
        predictions: Of the test images.
        assessment: How good they are.
        slices: How good they are on parts of the images.
        findings: What was noticed of the data.
        n_unreadable: Files that were left out.
        limits: What the classifier says of its limits; None where it says nothing.
        feature_map: Where the test images lie among each other.
    """

    predictions: Predictions
    assessment: Assessment
    slices: SliceTable
    findings: tuple[Finding, ...]
    n_unreadable: int
    limits: Limits | None
    feature_map: FeatureMap | None = None


@dataclass(frozen=True, eq=False)
class Subject:
    """What a report is about.

    Attributes:
        source: The data set as the user named it.
        options: Of the run.
        data: Images and features.
        train: (m,) rows that were trained on; empty where a finished classifier is measured.
        test: (t,) rows to measure.
        validation: (v,) rows that judged what was trained; None where there were none.
        training: How the network was trained, where it was.
        before: What the verb's command line has before the data set.
        noticed: What else was noticed, and comes first.
        tried: The evidence for the networks, where they were chosen.
        strangers: Images of none of the classes, where the user has some.
        calibration: What was done to make the probabilities believable, and why, where it is part of the run.
        measure: How the measure of strangeness was chosen, likewise.
    """

    source: str
    options: Options
    data: DatasetFeatures
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    validation: NDArray[np.int64] | None = None
    training: TrainingStory | None = None
    before: tuple[str, ...] = ()
    noticed: tuple[Finding, ...] = ()
    tried: Table | None = None
    strangers: Strangers | None = None
    calibration: str = ""
    measure: MeasureChoice | None = None


def report_run(
    folder: Path, subject: Subject, classifier: Classifier, selection: Selection | None, watch: Stopwatch
) -> Measured:
    """Predict the test images, measure, and write `predictions.parquet`, `report.json` and `report.html`.

    Args:
        folder: Where to.
        subject: What to report on.
        classifier: What is measured.
        selection: How its head was chosen, if that is part of this run.
        watch: The times so far.
    """
    data, test = subject.data, subject.test
    manifest = data.manifest.select(test)
    with watch.stage("evaluate"):
        tested = take_rows(data.features, test)
        judgement = classifier.judge(tested)
        predictions = Predictions(
            paths=tuple(manifest.paths),
            labels=manifest.labels,
            probabilities=judgement.probabilities,
            class_names=classifier.class_names,
            groups=manifest.known_groups,
        )
        train_labels = data.manifest.labels[subject.train]
        counts = np.bincount(train_labels, minlength=manifest.n_classes) if len(train_labels) else None
        assessment = assess(predictions, train_counts=counts, own_metric=getattr(subject.options, "metric", None))
        slices = measure_parts(data.select(test), predictions)
    weak = (make_finding(one.code, one.severity, one.message, one.n, one.examples) for one in name_weak_slices(slices))
    findings = (*_find_problems(subject), *weak)
    kind: Any = getattr(subject.options, "map", "pca")
    measured = Measured(
        predictions,
        assessment,
        slices,
        findings,
        len(data.unreadable),
        limits=limits_of(classifier, judgement, predictions, strangers=subject.strangers, choice=subject.measure),
        feature_map=map_features(tested, predictions, kind, n_features=classifier.head.coef.shape[1]),
    )
    with watch.stage("explain mistakes"):
        explained = explain_mistakes(classifier, assessment, manifest, tested)
    with watch.stage("write report"):
        predictions.write_parquet(folder / "predictions.parquet")
        report = _report(subject, measured, classifier, selection, watch)
        write_report(report, folder, thumbnail=thumbnails_of(data.manifest), explained=explained)
    return measured


def _find_problems(subject: Subject) -> tuple[Finding, ...]:
    data = subject.data
    sides = _sides(subject)
    if not has_own_validation(data.manifest):  # what was held out by chance is part of the training images
        sides = ["train" if side == "val" else side for side in sides]
    problems = find_problems(data.manifest, data.digests, data.unreadable, sides)
    others = (one for one in problems if one.code != "absent_from_test")  # the assessment says it of its classes
    tested = [data.digests[row] for row in subject.test]
    network = remark_on_network(data.manifest.select(subject.test), tested, getattr(subject.options, "backbone", None))
    noticed = (*subject.noticed, *network, *others)
    return (*noticed, *told_of_stored(data.features), *unkept(cache_folder()))


def _sides(subject: Subject) -> list[str | None]:
    return sides_of(len(subject.data.manifest), train=subject.train, val=subject.validation, test=subject.test)


def thumbnails_of(manifest: Manifest) -> Callable[[str], bytes | None]:
    """Small pictures of a data set's images by their paths as pages print them; None for what cannot be read."""
    files = dict(zip(map(printable, manifest.paths), manifest.files(), strict=True))
    return lambda path: thumbnail_jpeg(files[path]) if path in files else None


def notices_of(findings: Sequence[Finding]) -> tuple[Notice, ...]:
    """Findings as a page shows them."""
    return tuple(Notice(severity=one.severity, message=one.message, examples=one.examples) for one in findings)


def left_out_files(unreadable: Sequence[Unreadable]) -> tuple[LeftOutFile, ...]:
    """Files that could not be used, as a page shows them."""
    return tuple(LeftOutFile(path=one.path, reason=str(one.reason), detail=one.detail) for one in unreadable)


def told_of_run(options: Options, *positional: str) -> dict[str, Any]:
    """What every page tells of its run: when it was made, the options, the versions, and how to do it again.

    Args:
        options: Of the verb.
        positional: What it was applied to.
    """
    return {
        "created": now(),
        "options": options.model_dump(mode="json"),
        "versions": installed_versions(),
        "reproduce": command_line(options, *positional),
    }


def _report(
    subject: Subject, measured: Measured, classifier: Classifier, selection: Selection | None, watch: Stopwatch
) -> Report:
    data = subject.data
    counts = {"features": data.n_computed or None, "hash files": len(data.manifest)}
    return Report(
        title=f"{subject.source}: {subject.options.VERB}",
        description=f"{classifier.record.head.get('kind', 'linear')} head on features of {data.networks.name}, "
        f"layer {classifier.record.networks[0].layer}; {data.choice.reason}",
        assessment=measured.assessment,
        slices=measured.slices,
        feature_map=measured.feature_map,
        calibration=subject.calibration,
        calibration_noise=noise_of(measured.predictions),
        limits=measured.limits,
        gap=data.gap,
        notices=notices_of(measured.findings),
        regularisation=None if selection is None else _regularisation(selection),
        training=subject.training,
        data_facts=_data_facts(subject),
        choice_table=subject.tried,
        data_tables=(_class_table(subject, _sides(subject)),),
        left_out=left_out_files(data.unreadable),
        stages=tuple(
            Stage(name=name, seconds=seconds, n_images=counts.get(name)) for name, seconds in watch.seconds.items()
        ),
        **told_of_run(subject.options, *subject.before, subject.source),
    )


def _regularisation(selection: Selection) -> RegularisationPath:
    def name(normalisation: str, width: int) -> str:
        widths = {path.n_features for path in selection.paths}
        return normalisation if len(widths) == 1 else f"{normalisation}, {width:,} features"

    return RegularisationPath(
        curves=tuple(
            StrengthCurve(
                normalisation=name(path.normalisation, path.n_features),
                strengths=tuple(path.strengths.tolist()),
                means=tuple(path.means.tolist()),
                stds=tuple(path.deviations.tolist()),
            )
            for path in selection.paths
        ),
        chosen_normalisation=name(selection.chosen.normalisation, selection.chosen.n_features),
        chosen_strength=selection.strength,
        n_folds=selection.paths[0].scores.shape[1],
    )


def _data_facts(subject: Subject) -> dict[str, str | int | float | None]:
    data = subject.data
    summary = summarise(data.manifest, data.digests, data.unreadable, [None] * len(data.manifest))
    facts: dict[str, str | int | float | None] = {
        "Folder": str(data.manifest.root),
        "Images": summary.n_images,
        "Classes": summary.n_classes,
        "Training images": len(subject.train),
        **({} if subject.validation is None else {"Validation images": len(subject.validation)}),
        "Test images": len(subject.test),
        "Exact copies": summary.n_duplicates,
        "Unreadable files": summary.n_unreadable,
    }
    if summary.n_groups:
        facts["Groups"] = summary.n_groups
    return facts


def _class_table(subject: Subject, sides: list[str | None]) -> Table:
    data = subject.data
    rows = summarise(data.manifest, data.digests, data.unreadable, sides).classes
    shown = {"train": "train", "val": "validation", "test": "test"}
    if subject.validation is None:
        del shown["val"]
    return Table(
        title="Images by class",
        columns=("class", *shown.values()),
        rows=tuple((name, *(counts.get(side, 0) for side in shown)) for name, counts in rows.items()),
    )
