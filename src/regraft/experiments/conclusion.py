"""The end of a run that made a classifier: it is measured, reported and saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.bundle import make_pictures, save_bundle
from regraft.experiments.dataset_features import spread_out
from regraft.experiments.neighbours import write_training
from regraft.experiments.reporting import report_run
from regraft.experiments.run_folders import write_record
from regraft.experiments.seen_images import seen_by
from regraft.features import take_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.bundle import Classifier
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.reporting import Measured, Subject
    from regraft.heads import Selection

_N_GOLDEN = 4


def conclude(
    folder: Path,
    subject: Subject,
    classifier: Classifier,
    selection: Selection | None,
    watch: Stopwatch,
    *,
    rates: Sequence[dict[str, Any]] | None = None,
) -> Measured:
    """Measure and save: `bundle/`, `report.html`, `report.json`, `predictions.parquet`, `training.parquet`, `run.json`.

    Args:
        folder: Where to; it exists.
        subject: What the report is about. All images that are not tested on have been seen.
        classifier: What was made.
        selection: How its head was chosen; None where it was drawn.
        watch: The times so far.
        rates: The learning rates, where a network was trained.
    """
    measured = report_run(folder, subject, classifier, selection, watch)
    save = _save_privately if getattr(subject.options, "private", False) else _save
    with watch.stage("save bundle"):
        save(classifier.with_metrics(measured.assessment), folder / "bundle", subject)
    write_training(folder, subject.data, subject.train)
    write_record(
        folder, source=subject.source, options=subject.options, seconds=watch.seconds, data=subject.data, rates=rates
    )
    return measured


def _save(classifier: Classifier, folder: Path, subject: Subject) -> None:
    data, test = subject.data, subject.test
    golden = spread_out(test, _N_GOLDEN)
    seen = np.setdiff1d(np.arange(len(data.digests)), test)
    save_bundle(
        classifier,
        folder,
        golden_inputs=data.inputs(golden),
        golden_features=np.asarray(take_rows(data.features, golden))[:, : classifier.head.n_inputs],
        seen=seen_by([data.digests[row] for row in seen], getattr(subject.options, "backbone", None)),
    )


def _save_privately(classifier: Classifier, folder: Path, subject: Subject) -> None:
    """With no pixel or hash of an image, and without the options that say where images lie."""
    places = {name for name, value in subject.options if isinstance(value, Path)}
    options = {name: value for name, value in classifier.record.options.items() if name not in places}
    record = classifier.record.model_copy(update={"golden": "made", "options": options})
    inputs = classifier.networks.inputs(make_pictures(_N_GOLDEN))
    save_bundle(
        replace(classifier, record=record),
        folder,
        golden_inputs=inputs,
        golden_features=classifier.networks.compute(inputs),
    )
