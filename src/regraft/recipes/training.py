"""`regraft train`: probe, then fine-tune only if it is worth it, with the evidence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source, cache_folder
from regraft.data import require_classes
from regraft.datasets import read_dataset
from regraft.evaluation import compare_paired
from regraft.experiments import (
    ClassifierResult,
    RunFolder,
    Stopwatch,
    Subject,
    build_classifier,
    for_all_classes,
    left_out_head,
    load_features,
    portion_out,
    report_run,
    write_record,
)
from regraft.grafting import TrainOptions, fit_start, graft, keep_journal, making_of, save

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.evaluation import PairedDifference
    from regraft.grafting import Climbed
    from regraft.recipes.settings import TrainSettings
    from regraft.reports import Rung

__all__ = ["TrainOptions", "TrainResult", "train"]


@dataclass(frozen=True, kw_only=True)
class TrainResult(ClassifierResult):
    """What the ladder gave.

    Attributes:
        is_finetuned: Whether fine-tuning was worth it.
        verdict: The evidence, in a sentence.
        rungs: All that was tried, judged on folds of the training images, or on the user's validation images.
        test_difference: The fine-tuned classifier minus the probe on the test images; None where the probe is kept.
        notes: What was decided, and why.
        plan: Those of the notes that were said before the training.
        n_validation: The user's own validation images; 0 where folds of the training images judged.
    """

    is_finetuned: bool
    verdict: str
    rungs: tuple[Rung, ...]
    test_difference: PairedDifference | None
    notes: tuple[str, ...]
    plan: tuple[str, ...] = ()
    n_validation: int = 0


def train(
    source: str | Path,
    options: TrainOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[TrainSettings],
) -> TrainResult | None:
    """Probe, fine-tune, and keep what is better beyond chance.

    Several learning rates are tried on folds of the training images, or on all of them where the data set has
    validation images to judge by. Fine-tuning is kept only if a paired test on what judges says that it is better than
    the probe; the test images are looked at once, at the end. A run that was stopped goes on when it is called again
    with the same options.

    Args:
        source: A folder, a table, or the name of a data set, as for `probe`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`TrainOptions`).

    Returns:
        The run's folder and the evidence; None in the processes of `torchrun` that do not write.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    from regraft.finetuning import join_world, stop_requests
    from regraft.grafting import Ladder, Workshop, check_training, n_passes, rate_rows, tell_training, training_folder

    source, options = as_source(source), TrainOptions.of(options, settings)
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
    shop = Workshop(data, options, world, portions.seen, progress, n_passes=n_passes(options, portions.own))
    shop.tell(data.manifest.remarks)
    work = training_folder(options, source, data)
    with watch.stage("prepare training"):
        prepared = shop.prepare(work)
    with watch.stage("judge the rungs"), stop_requests() as stop:
        ladder = Ladder(shop, prepared, options, work, stop, own=portions.own)
        climbed = ladder.climb()
        climbed, fit, astray = ladder.finish(climbed) if climbed.is_worth_it else (climbed, None, ())
    told = (*left_out, *astray)
    if world.rank:
        return None
    with watch.stage("fit head"):
        selection = fit_start(data, portions.train, options)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-train") as run:
        classifier, kept, difference = (
            build_classifier(run.final.name, data, for_all_classes(selection, data), options),
            data,
            None,
        )
        test = portions.test
        if fit is not None:
            probed = classifier.probabilities(data.features[test]).argmax(axis=1)
            made = making_of(data.spec, prepared.boundary, ladder.calibration, len(climbed.labels))
            kept, classifier = graft(run.final.name, shop, fit, test, made, temperature=_temperature(climbed))
            tuned = classifier.probabilities(kept.features[test]).argmax(axis=1)
            difference = _on_test(kept.manifest.select(test), tuned, probed)
            keep_journal(fit.folder, run.folder)
        story = tell_training(shop, fit, told, plan=prepared.sentences, climbed=climbed)
        subject = Subject(
            source,
            options,
            kept,
            train=portions.train,
            validation=None if portions.own is None else portions.judges,
            test=test,
            training=story,
        )
        measured = report_run(run.folder, subject, classifier, selection, watch)
        rates = None if fit is None else rate_rows(fit)
        save(run.folder, classifier.with_metrics(measured.assessment), kept, test)
        write_record(run.folder, source=source, options=options, seconds=watch.seconds, data=kept, rates=rates)
    shutil.rmtree(work, ignore_errors=True)
    return TrainResult(
        folder=run.final,
        assessment=measured.assessment,
        is_finetuned=fit is not None,
        verdict=climbed.verdict.sentence,
        rungs=climbed.rungs,
        test_difference=difference,
        n_train=len(portions.train),
        n_validation=len(portions.judges),
        n_test=len(portions.test),
        n_unreadable=len(data.unreadable),
        seconds=watch.seconds,
        notes=(*prepared.sentences, *told),
        findings=measured.findings,
        plan=prepared.sentences,
    )


def _temperature(climbed: Climbed) -> float:
    """Of networks trained like the one that is kept, on images that they were not trained on."""
    from regraft.heads import fit_temperature

    return fit_temperature(climbed.scores, climbed.labels)


def _on_test(manifest: Manifest, tuned: NDArray[np.int64], probed: NDArray[np.int64]) -> PairedDifference:
    groups = manifest.groups if any(group is not None for group in manifest.groups) else None
    return compare_paired(tuned == manifest.labels, probed == manifest.labels, groups=groups)
