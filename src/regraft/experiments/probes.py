"""One probe: a head chosen and fitted on the training images, measured on the test images, saved with its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.experiments.classifiers import build_classifier
from regraft.experiments.conclusion import conclude
from regraft.experiments.dataset_features import load_features
from regraft.experiments.feature_runs import begin_run
from regraft.experiments.head_choice import fit_head, for_all_classes
from regraft.experiments.network_choice import choose_networks, settle_quality
from regraft.experiments.portions import portion_for_probe
from regraft.experiments.quick_findings import with_quick_findings
from regraft.experiments.reporting import Subject
from regraft.experiments.results import ProbeResult
from regraft.experiments.uncertainty import learn_uncertainty

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding, Manifest
    from regraft.evaluation import Assessment, Predictions
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions
    from regraft.experiments.probe_options import ProbeOptions
    from regraft.reports import Table


@dataclass(frozen=True, eq=False)
class Probed:
    """A measured classifier, what it said of each test image, where it is saved, and what was noticed of the data."""

    bundle: Path
    classifier: Classifier
    predictions: Predictions
    assessment: Assessment
    findings: tuple[Finding, ...]


def probe_dataset(source: str, options: ProbeOptions, progress: Progress) -> ProbeResult:
    """List, extract, divide, fit, measure and save: `recipes.probe` says what is taken, given and raised."""
    with begin_run(source, options) as run:
        watch = run.watch
        options, data, portions, tried = _data_of(run.manifest, options, progress, watch)
        data = with_quick_findings(data, portions, watch)
        progress.start("Fitting the head", 1, unit="heads")
        probed = run_probe(
            run.folder, source, data, options, name=run.final.name, portions=portions, watch=watch, tried=tried
        )
    return ProbeResult(
        folder=run.final,
        assessment=probed.assessment,
        n_train=len(portions.train),
        n_test=len(portions.test),
        n_unreadable=len(data.unreadable),
        n_computed=data.n_computed,
        seconds=watch.seconds,
        findings=probed.findings,
    )


def _data_of(
    manifest: Manifest, options: ProbeOptions, progress: Progress, watch: Stopwatch
) -> tuple[ProbeOptions, DatasetFeatures, Portions, Table | None]:
    """The images with the features that the options mean, or that are chosen; with these the evidence."""
    if settle_quality(options, len(manifest)) == "fast":
        data = load_features(manifest, options, progress, watch)
        return options, *portion_for_probe(data, options.test_fraction, options.seed), None
    choice = choose_networks(
        manifest,
        options,
        progress,
        watch,
        portion=lambda data: portion_for_probe(data, options.test_fraction, options.seed),
    )
    return choice.options, choice.chosen.data.remarked(choice.finding), choice.portions, choice.table


def run_probe(
    folder: Path,
    source: str,
    data: DatasetFeatures,
    options: ProbeOptions,
    *,
    name: str,
    portions: Portions,
    watch: Stopwatch,
    tried: Table | None = None,
) -> Probed:
    """Fit, measure and save: `bundle/`, `report.html`, `report.json`, `predictions.parquet`, `run.json`.

    Args:
        folder: Where to; it exists.
        source: The data set as the user named it.
        data: Its images and their features.
        options: What to do; they are those of `regraft probe`, which makes the same probe again.
        name: The classifier's name.
        portions: Which of them to fit on, and to measure on.
        watch: The times so far.
        tried: The evidence for the networks, where they were chosen.
    """
    with watch.stage("fit head"):
        selection = fit_head(data, portions.train, options)
    with watch.stage("learn what is unknown"):
        uncertainty, findings = learn_uncertainty(data, portions.train, selection, options)
        data = data.remarked(*findings)
    classifier = build_classifier(name, data, for_all_classes(selection, data), options)
    if uncertainty is not None:
        classifier = replace(classifier, novelty=uncertainty.novelty, sets=uncertainty.sets)
    subject = Subject(
        source=source,
        options=options,
        data=data,
        train=portions.train,
        test=portions.test,
        tried=tried,
        calibration=selection.found.reason,
        measure=None if uncertainty is None else uncertainty.choice,
    )
    measured = conclude(folder, subject, classifier, selection, watch)
    classifier = classifier.with_metrics(measured.assessment)
    return Probed(folder / "bundle", classifier, measured.predictions, measured.assessment, measured.findings)
