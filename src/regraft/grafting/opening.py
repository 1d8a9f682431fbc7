"""The beginning of a run that trains: the images and their features, who judges, and where the training is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.backbones import choose_engine
from regraft.core import cache_folder
from regraft.experiments import (
    RunFolder,
    Stopwatch,
    left_out_head,
    list_labelled,
    with_quick_findings,
)
from regraft.finetuning import join_world
from regraft.grafting.footing import find_footing
from regraft.grafting.records import training_folder
from regraft.grafting.setup import Setup

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.experiments import DatasetFeatures, Portions
    from regraft.grafting.train_options import TuningOptions
    from regraft.reports import Table


@dataclass(frozen=True, eq=False)
class Opened:
    """A run before its first training.

    Attributes:
        source: The data set as the user named it.
        setup: What is trained on what.
        portions: Which images are for what.
        run: Where the result goes.
        folder: Of the training under way: the same for the same command.
        notes: What is said of the weights, for the report.
        watch: The times so far.
        probed: The images with features of the networks that a ladder's probe stands on.
        tried: The evidence for the networks, where they were chosen.
    """

    source: str
    setup: Setup
    portions: Portions
    run: RunFolder
    folder: Path
    notes: tuple[str, ...]
    watch: Stopwatch
    probed: DatasetFeatures
    tried: Table | None


def open_training(source: str, options: TuningOptions, progress: Progress) -> Opened:
    """List the images, find out what would end the training later, and compute their features.

    Args:
        source: A folder, a table, or the name of a data set.
        options: How to train.
        progress: Where to report.

    Raises:
        DataError: The images cannot be trained on.
        OptionError: The network cannot be trained so, or there is a run with this name.
        RegraftError: From the backbone, the engine or the store.
    """
    watch = Stopwatch()
    manifest = list_labelled(source, options, watch)
    world = join_world(choose_engine(options.engine, options.precision, options.device).device)
    footing = find_footing(manifest, options, progress, watch, world.peers)
    portions = footing.portions
    data = with_quick_findings(footing.data, portions, watch)
    probed = data if footing.probed is footing.data else replace(footing.probed, manifest=data.manifest, gap=data.gap)
    notes = left_out_head(footing.options, data.spec, data.manifest.n_classes, cache_folder())
    n_passes = options.n_passes(is_own=portions.own is not None)
    setup = Setup(data, options, world, portions.seen, progress, n_passes)
    _tell_remarks(setup)
    run = RunFolder(options.runs, options.name, f"{Path(source).stem}-{options.VERB}")
    folder = training_folder(options, source, data)
    return Opened(source, setup, portions, run, folder, notes, watch, probed=probed, tried=footing.tried)


def _tell_remarks(setup: Setup) -> None:
    """What was decided about the data, before hours go into it."""
    for remark in setup.data.manifest.remarks:
        if "validation" in remark.code or remark.code in ("test_from_train", "series"):
            setup.say(remark.message)
