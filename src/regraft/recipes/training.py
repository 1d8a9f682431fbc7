"""`regraft train`: probe, then fine-tune only if it is worth it, with the evidence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack

from regraft import grafting
from regraft.core import SilentProgress, as_source
from regraft.evaluation import compare_paired
from regraft.experiments import Sides, fit_head, for_all_classes
from regraft.features import take_rows
from regraft.finetuning import stop_requests
from regraft.grafting import TrainOptions, TrainResult

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Manifest
    from regraft.evaluation import PairedDifference
    from regraft.grafting import Climbed, Fit, Opened, Prepared
    from regraft.recipes.settings import TrainSettings

__all__ = ["TrainOptions", "TrainResult", "train"]


def train(
    source: str | Path,
    options: TrainOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[TrainSettings],
) -> TrainResult:
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
        The run's folder and the evidence: the same in all processes of `torchrun`, of which the first writes.

    Raises:
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    options = TrainOptions.of(options, settings)
    opened = grafting.open_training(as_source(source), options, progress or SilentProgress())
    setup, watch = opened.setup, opened.watch
    with watch.stage("prepare training"):
        prepared = grafting.prepare(setup, opened.folder)
    with watch.stage("judge the rungs"), stop_requests() as stop:
        ladder = grafting.build_ladder(opened, prepared, options, stop)
        climbed = ladder.climb()
        climbed, fit, astray = ladder.finish(climbed) if climbed.is_worth_it else (climbed, None, ())
    return setup.world.from_leader(partial(_end, opened, prepared, climbed=climbed, fit=fit, astray=astray))


def _end(
    opened: Opened, prepared: Prepared, *, climbed: Climbed, fit: Fit | None, astray: tuple[str, ...]
) -> TrainResult:
    """Fit the probe on all training images, compare both on the test images, and keep what the verdict says."""
    setup, portions, name = opened.setup, opened.portions, opened.run.final.name
    data, test = opened.probed, portions.test
    with opened.watch.stage("fit head"):
        selection = fit_head(data, portions.train, setup.options)
    difference = None
    if fit is None:
        kept = grafting.keep_probe(name, data, selection, portions.train, setup.options)
    else:
        kept = grafting.graft(name, setup, prepared, fit, test=test, held=climbed.held)
        probed = for_all_classes(selection, data).scores(take_rows(data.features, test)).argmax(axis=1)
        judged = kept.classifier.judge(take_rows(kept.data.features, test), looks_for_unknown=False)
        difference = _on_test(data.manifest.select(test), judged.probabilities.argmax(axis=1), probed)
    made = grafting.Made(kept, selection, Sides(portions.train, portions.judges), fit, astray, climbed)
    return TrainResult(
        **grafting.end_training(opened, prepared, made),
        is_finetuned=fit is not None,
        verdict=climbed.verdict.sentence,
        rungs=climbed.rungs,
        test_difference=difference,
    )


def _on_test(manifest: Manifest, tuned: NDArray[np.int64], probed: NDArray[np.int64]) -> PairedDifference:
    return compare_paired(tuned == manifest.labels, probed == manifest.labels, groups=manifest.known_groups)
