"""`regraft finetune`: the pretrained network as the start, trained on from a fitted linear head."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source, cache_folder
from regraft.data import require_classes
from regraft.datasets import read_dataset
from regraft.experiments import (
    ClassifierResult,
    RunFolder,
    Stopwatch,
    Subject,
    build_classifier,
    left_out_head,
    load_features,
    portion_out,
    report_run,
    write_record,
)
from regraft.grafting import FinetuneOptions, TrainingRecord, hold_out, start_head, write_training

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.grafting import Boundary, Fit
    from regraft.heads import LinearHead
    from regraft.recipes.settings import FinetuneSettings

    Rows = NDArray[np.int64]

__all__ = ["FinetuneOptions", "FinetuneResult", "finetune"]


@dataclass(frozen=True, kw_only=True)
class FinetuneResult(ClassifierResult):
    """What a fine-tuning gave.

    Attributes:
        n_validation: Images that chose the epoch.
        notes: What was decided, and why.
        plan: Those of the notes that were said before the training.
    """

    n_validation: int
    notes: tuple[str, ...]
    plan: tuple[str, ...] = ()


def finetune(
    source: str | Path,
    options: FinetuneOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[FinetuneSettings],
) -> FinetuneResult | None:
    """Train a pretrained network on, from a fitted linear head, and measure it.

    A linear head is fitted first and the network is trained from there, with rates that shrink with the distance
    from the head (linear probe, then fine-tune: Kumar et al. 2022, arXiv:2202.10054). A run that was stopped goes on
    when it is called again with the same options.

    Args:
        source: A folder, a table, or the name of a data set, as for `probe`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`FinetuneOptions`).

    Returns:
        The run's folder and what was measured; None in the processes of `torchrun` that do not write.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    from regraft.finetuning import join_world, stop_requests
    from regraft.grafting import (
        Workshop,
        check_training,
        graft,
        keep_journal,
        making_of,
        rate_rows,
        save,
        tell_training,
        temperature_of,
        training_folder,
    )

    source = as_source(source)
    options = (FinetuneOptions if options is None else type(options)).of(options, settings)
    progress = progress or SilentProgress()
    watch = Stopwatch()
    with watch.stage("list images"):
        manifest = read_dataset(source, options.reading())
        manifest = require_classes(manifest)
    check = partial(check_training, options, n_classes=manifest.n_classes)
    data = load_features(manifest, options, progress, watch, check=check)
    require_classes(data.manifest)
    world = join_world(data.choice.device)
    data, portions = portion_out(data, options)
    left_out = left_out_head(options, data.spec, data.manifest.n_classes, cache_folder())
    sides = hold_out(data, portions, options)
    shop = Workshop(data, options, world, portions.seen, progress)
    shop.tell(data.manifest.remarks)
    run = RunFolder(options.runs, options.name, f"{Path(source).stem}-{options.VERB}")
    work = training_folder(options, source, data)
    with watch.stage("fit head"):
        head, selection = start_head(data, sides.train, options)
    with watch.stage("prepare training"):
        prepared = shop.prepare(work)
        if world.rank == 0:
            write_training(work, _record(run.final.name, data, head, sides, options, prepared.boundary))
    with watch.stage("train"), stop_requests() as stop:
        fit = shop.fit(prepared, head, sides, options, folder=work, stop=stop)
    if world.rank:
        return None
    told = (*left_out, *fit.resumed, *_no_gain(fit))
    with run:
        making = making_of(
            data.spec,
            prepared.boundary,
            "validation images" if len(sides.validation) else "none",
            len(sides.validation),
        )
        tuned, classifier = graft(
            run.final.name, shop, fit, portions.test, making, temperature=temperature_of(fit, data)
        )
        subject = Subject(
            source=source,
            options=options,
            data=tuned,
            train=sides.train,
            validation=sides.validation if len(sides.validation) else None,
            test=portions.test,
            training=tell_training(shop, fit, told, plan=prepared.sentences),
        )
        measured = report_run(run.folder, subject, classifier, selection, watch)
        save(run.folder, classifier.with_metrics(measured.assessment), tuned, portions.test)
        write_record(
            run.folder, source=source, options=options, seconds=watch.seconds, data=tuned, rates=rate_rows(fit)
        )
        keep_journal(work, run.folder)
    shutil.rmtree(work, ignore_errors=True)
    return FinetuneResult(
        folder=run.final,
        assessment=measured.assessment,
        n_train=len(sides.train),
        n_validation=len(sides.validation),
        n_test=len(portions.test),
        n_unreadable=len(data.unreadable),
        seconds=watch.seconds,
        notes=(*prepared.sentences, *told),
        findings=measured.findings,
        plan=prepared.sentences,
    )


def _record(  # noqa: PLR0917 - all that a checkpoint does not hold
    name: str, data: DatasetFeatures, head: LinearHead, sides: Sides, options: FinetuneOptions, boundary: Boundary
) -> TrainingRecord:
    """What others need to know of a training that is under way."""
    from regraft.finetuning import usual_length
    from regraft.grafting import making_of

    classifier = build_classifier(name, data, head, options, making_of(data.spec, boundary, "none"))
    length = usual_length(head, data.features[sides.train])
    return TrainingRecord(name=name, classifier=classifier.record, head_length=length)


def _no_gain(fit: Fit) -> tuple[str, ...]:
    """A sentence where the training made nothing better."""
    if fit.trained.best_epoch != 0:
        return ()
    return (
        "No epoch had a smaller validation loss than the start: the network is kept as it was, with the fitted head. "
        "A smaller learning rate or more images may help.",
    )
