"""One probe: a head chosen and fitted on the training images, measured on the test images, saved with its report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.experiments.classifiers import build_classifier
from regraft.experiments.conclusion import conclude
from regraft.experiments.feature_runs import run_on_features
from regraft.experiments.head_choice import fit_head, for_all_classes
from regraft.experiments.portions import portion_for_probe
from regraft.experiments.quick_findings import with_quick_findings
from regraft.experiments.reporting import Subject
from regraft.experiments.results import ProbeResult

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.evaluation import Assessment, Predictions
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.probe_options import ProbeOptions


@dataclass(frozen=True, eq=False)
class Probed:
    """A measured classifier, what it said of each test image, where it is saved, and what was noticed of the data."""

    bundle: Path
    classifier: Classifier
    predictions: Predictions
    assessment: Assessment
    findings: tuple[Finding, ...]


def probe_dataset(source: str, options: ProbeOptions, progress: Progress) -> ProbeResult:
    """List, extract, divide, fit, measure and save.

    Args:
        source: A folder, a table, or the name of a data set.
        options: What to do.
        progress: Where to report.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    with run_on_features(source, options, progress) as run:
        watch = run.watch
        data, portions = portion_for_probe(run.data, options.test_fraction, options.seed)
        data = with_quick_findings(data, portions, watch)
        train, test = portions.train, portions.test
        progress.start("Fitting the head", 1, unit="heads")
        probed = run_probe(run.folder, source, data, options, name=run.final.name, train=train, test=test, watch=watch)
    return ProbeResult(
        folder=run.final,
        assessment=probed.assessment,
        n_train=len(train),
        n_test=len(test),
        n_unreadable=len(data.unreadable),
        n_computed=data.n_computed,
        seconds=watch.seconds,
        findings=probed.findings,
    )


def run_probe(
    folder: Path,
    source: str,
    data: DatasetFeatures,
    options: ProbeOptions,
    *,
    name: str,
    train: NDArray[np.int64],
    test: NDArray[np.int64],
    watch: Stopwatch,
) -> Probed:
    """Fit, measure and save: `bundle/`, `report.html`, `report.json`, `predictions.parquet`, `run.json`.

    Args:
        folder: Where to; it exists.
        source: The data set as the user named it.
        data: Its images and their features.
        options: What to do; they are those of `regraft probe`, which makes the same probe again.
        name: The classifier's name.
        train: (m,) rows to fit on.
        test: (t,) rows to measure on.
        watch: The times so far.
    """
    with watch.stage("fit head"):
        selection = fit_head(data, train, options)
    classifier = build_classifier(name, data, for_all_classes(selection, data), options)
    subject = Subject(source=source, options=options, data=data, train=train, test=test)
    measured = conclude(folder, subject, classifier, selection, watch)
    classifier = classifier.with_metrics(measured.assessment)
    return Probed(folder / "bundle", classifier, measured.predictions, measured.assessment, measured.findings)
