"""One network trained on one data set, from beginning to end: the story of `finetune` and `pretrain`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from regraft.experiments import build_classifier
from regraft.finetuning import stop_requests, usual_length
from regraft.grafting.ending import Made, end_training
from regraft.grafting.fitting import Job, fit
from regraft.grafting.grafts import graft, making_of
from regraft.grafting.held_out import HeldOut
from regraft.grafting.opening import open_training
from regraft.grafting.preparation import prepare
from regraft.grafting.records import TrainingRecord, write_training
from regraft.grafting.results import FinetuneResult
from regraft.grafting.sides import hold_out
from regraft.grafting.starts import start_together

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.fitting import Fit
    from regraft.grafting.opening import Opened
    from regraft.grafting.preparation import Prepared
    from regraft.heads import Selection


def tune(source: str, options: FinetuneOptions, progress: Progress) -> FinetuneResult:
    """Fit or draw a head, train the network from there, and measure it.

    Args:
        source: A folder, a table, or the name of a data set.
        options: How.
        progress: Where to report.

    Raises:
        InterruptedRunError: Ctrl-C or SIGTERM; the same call goes on.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    opened = open_training(source, options, progress)
    setup, watch = opened.setup, opened.watch
    sides = hold_out(setup.data, opened.portions, options)
    with watch.stage("fit head"):
        head, selection = start_together(setup.data, sides.train, options, setup.world)
    job = Job(head, sides, options, opened.folder)
    with watch.stage("prepare training"):
        prepared = prepare(setup, opened.folder)
        if setup.world.rank == 0:
            write_training(opened.folder, _record(opened, prepared, job))
    with watch.stage("train"), stop_requests() as stop:
        fitted = fit(setup, prepared, job, stop)
    return setup.world.from_leader(partial(_end, opened, prepared, selection, fitted))


def _record(opened: Opened, prepared: Prepared, job: Job) -> TrainingRecord:
    """What others need to know of a training that is under way."""
    data, name = opened.setup.data, opened.run.final.name
    making = making_of(data.spec, prepared.boundary)
    classifier = build_classifier(name, data, job.head, job.options, making)
    length = usual_length(job.head, data.features[job.sides.train])
    return TrainingRecord(name=name, classifier=classifier.record, head_length=length)


def _end(opened: Opened, prepared: Prepared, selection: Selection | None, fitted: Fit) -> FinetuneResult:
    setup, sides, scores = opened.setup, fitted.sides, fitted.trained.scores
    held = None
    if scores is not None:
        held = HeldOut.of("validation images", [sides], [scores], setup.data.manifest.labels)
    kept = graft(opened.run.final.name, setup, prepared, fitted, test=opened.portions.test, held=held)
    notes = (*fitted.resumed, *_no_gain(fitted))
    made = Made(kept, selection, fitted.sides, fitted, notes)
    return FinetuneResult(**end_training(opened, prepared, made))


def _no_gain(fitted: Fit) -> tuple[str, ...]:
    """A sentence where the training made nothing better."""
    if fitted.trained.best_epoch != 0:
        return ()
    return (
        "No epoch had a smaller validation loss than the start: the network is kept as it was, with the fitted head. "
        "A smaller learning rate or more images may help.",
    )
