"""The beginning of a sweep: of the images, the training images alone; what judges; the trials so far."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import OptionError, plural
from regraft.data import find_problems
from regraft.experiments import Sides, list_labelled, load_features, portion_out
from regraft.finetuning import join_world
from regraft.grafting.preflight import checking_one
from regraft.grafting.records import training_folder
from regraft.grafting.sides import training_folds
from regraft.grafting.sweeps.options import SweepOptions
from regraft.grafting.sweeps.shared import SharedParts
from regraft.grafting.sweeps.space import read_space
from regraft.grafting.sweeps.study import SweepStudy
from regraft.grafting.sweeps.trials import TrialRoom, check_variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments import DatasetFeatures, Portions, Stopwatch
    from regraft.reports import SweptOption


@dataclass(frozen=True, eq=False)
class OpenedSweep:
    """A sweep before its trials are run.

    Attributes:
        source: The data set as the user named it.
        room: Where trials are run; it looks at the training images alone.
        everything: All images.
        n_train, n_test: Of them.
    """

    source: str
    room: TrialRoom
    everything: DatasetFeatures
    n_train: int
    n_test: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed of the data, without regard to sides: the test images are not looked at."""
        data = self.everything
        return find_problems(data.manifest, data.digests, data.unreadable, [None] * len(data.digests))


@contextmanager
def open_sweep(source: str, options: SweepOptions, progress: Progress, watch: Stopwatch) -> Iterator[OpenedSweep]:
    """Find out what would end a sweep later, and make what all of its trials share.

    Args:
        source: The data set as the user named it.
        options: What is varied, and what is not.
        progress: Where to report.
        watch: The times so far.

    Yields:
        The sweep. Others wait for this process's trials from the moment that it joins them to the end of the context.

    Raises:
        OptionError: What is varied makes no sense, or this is one of torchrun's processes.
        RegraftError: From the data, the backbone, the engine or the store.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise OptionError("A sweep shares its trials by itself: use --jobs instead of torchrun.")
    space = read_space(options)
    manifest = list_labelled(source, options, watch)
    check = checking_one(partial(check_variants, options, space, n_classes=manifest.n_classes))
    everything = load_features(manifest, options, progress, watch, check=check)
    everything, portions = portion_out(everything, options)
    if portions.own is not None and any(option.name == "validation_fraction" for option in space):
        raise OptionError(
            f"validation_fraction cannot be varied here: your own {plural(len(portions.judges), 'validation image')} "
            "judge. Leave it out of --over."
        )
    data = everything.select(portions.seen)
    folder = training_folder(options.alike(), source, data)
    with ExitStack() as held:
        with watch.stage("prepare trainings"):
            study = _study(folder, space, options)
            held.callback(study.leave)
            room = TrialRoom(
                options=options,
                folds=_judging(data, portions, options),
                is_own=portions.own is not None,
                study=study,
                shared=SharedParts(data, space, folder, join_world(data.choice.device), progress),
            )
            room.make_ready()
        yield OpenedSweep(source, room, everything, len(portions.train), len(portions.test))


def _study(folder: Path, space: Sequence[SweptOption], options: SweepOptions) -> SweepStudy:
    """The trials; the first has the defaults, where they lie within what is varied."""
    defaults = {option.name: SweepOptions.model_fields[option.name].default for option in space}
    is_inside = all(option.holds(defaults[option.name]) for option in space)
    default = defaults if is_inside else None
    return SweepStudy(folder, space, seed=options.seed, default=default, n_trials=options.trials)


def _judging(data: DatasetFeatures, portions: Portions, options: SweepOptions) -> list[Sides]:
    """What trials are trained on and judged by, as rows of the images that a training may look at."""
    if portions.own is None:
        rows = np.arange(len(portions.seen))
        return training_folds(data, rows, n_folds=options.judging_folds, seed=options.seed)
    return [Sides(*(np.searchsorted(portions.seen, rows) for rows in (portions.train, portions.judges)))]
