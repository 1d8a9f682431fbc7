"""`regraft sweep`: a small search over options of fine-tuning, judged by folds of the training images only."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from regraft.core import InterruptedRunError, OptionError, SilentProgress, TrainingError, as_source, exclusive, plural
from regraft.data import find_problems
from regraft.experiments import (
    RunFolder,
    Sides,
    Stopwatch,
    command_line,
    installed_versions,
    list_labelled,
    load_features,
    notices_of,
    now,
    portion_out,
    write_record,
)
from regraft.grafting import SweepOptions
from regraft.reports import Sweep, SweepTrial, best_first, write_sweep

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments import DatasetFeatures, Portions
    from regraft.grafting import TrialRoom
    from regraft.recipes.settings import SweepSettings

__all__ = ["SweepOptions", "SweepResult", "sweep"]


@dataclass(frozen=True)
class SweepResult:
    """What a sweep gave.

    Attributes:
        folder: The run's folder: `report.html`, `sweep.json`, `run.json`, `optuna-journal.log`.
        search: All trials, the best first.
        n_train: Images that the trials were trained on (and, in folds, judged by).
        n_validation: The user's own validation images, which judged the trials; 0 where folds did.
        n_test: Images that were not looked at.
        n_unreadable: Files that were left out.
        seconds: Time by stage, in this process.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    folder: Path
    search: Sweep
    n_train: int
    n_test: int
    n_unreadable: int
    seconds: dict[str, float]
    findings: tuple[Finding, ...] = ()
    n_validation: int = 0

    @property
    def best(self) -> SweepTrial:
        """The best trial."""
        return self.search.best

    @property
    def command(self) -> str:
        """The command line that trains and tests with the best settings."""
        return self.search.command

    @property
    def report(self) -> Path:
        """The page for a browser."""
        return self.folder / "report.html"


@dataclass(frozen=True, eq=False)
class _Opened:
    """A sweep, before its trials are run."""

    room: TrialRoom
    everything: DatasetFeatures
    n_train: int
    n_test: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noticed of the data, without regard to sides: the test images are not looked at."""
        data = self.everything
        return find_problems(data.manifest, data.digests, data.unreadable, [None] * len(data.digests))


def sweep(
    source: str | Path,
    options: SweepOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[SweepSettings],
) -> SweepResult | None:
    """Try sets of options of fine-tuning, and say which is best; the test images are not looked at.

    Each trial trains on folds of the training images as `finetune` would, and is judged by the images that were left
    out; or on all of them, judged by the user's validation images where there are some. A sweep that was stopped goes
    on when it is called again with the same options; processes that are called with the same options at the same time
    share its trials.

    Args:
        source: A folder, a table, or the name of a data set, as for `probe`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`SweepOptions`).

    Returns:
        The run's folder and all trials; None where another process runs the last trials, or has written the result.

    Raises:
        MissingExtraError: Optuna is not installed.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    from regraft.grafting import Team

    source = as_source(source)
    options = SweepOptions.of(options, settings)
    progress = progress or SilentProgress()
    watch = Stopwatch()
    place = options.runs, options.name, f"{Path(source).stem}-sweep"
    RunFolder(*place)  # a name that is taken is found out now, not after an hour
    opened = _open_sweep(source, options, progress, watch)
    room = opened.room
    with watch.stage("run trials"), Team(source, options, room.study.journal) as team:
        room.work()
        team.wait()
        is_whole = room.finish()
    if not is_whole:
        progress.say("Another process runs the last trials and writes the result, or has written it.")
        return None
    with exclusive(room.study.folder / "result.lock"):
        if room.study.is_over:
            progress.say("Another process has written the result.")
            return None
        search = _searched(source, options, opened)
        with RunFolder(*place) as run:
            write_sweep(search, run.folder)
            shutil.copyfile(room.study.journal, run.folder / room.study.journal.name)
            write_record(run.folder, source=source, options=options, seconds=watch.seconds, data=opened.everything)
        room.study.end()
    shutil.rmtree(room.study.folder, ignore_errors=True)
    return SweepResult(
        folder=run.final,
        search=search,
        n_train=opened.n_train,
        n_validation=search.n_images if room.is_own else 0,
        n_test=opened.n_test,
        n_unreadable=len(opened.everything.unreadable),
        seconds=watch.seconds,
        findings=opened.findings,
    )


def join_sweep() -> None:
    """Run trials of a sweep that another process has begun and will report, as standard input says."""
    from regraft.grafting import Order

    order = Order.from_exact_json(sys.stdin.read())
    if not order.journal.exists():  # the sweep is over already
        return
    with suppress(InterruptedRunError):
        _open_sweep(order.source, order.options, SilentProgress(), Stopwatch()).room.work()


def _open_sweep(source: str, options: SweepOptions, progress: Progress, watch: Stopwatch) -> _Opened:
    """What is needed to run trials: of the images, the training images alone."""
    from regraft.finetuning import join_world
    from regraft.grafting import (
        SharedParts,
        SweepStudy,
        TrialRoom,
        check_variants,
        read_space,
        require_optuna,
        training_folder,
    )

    require_optuna()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise OptionError("A sweep shares its trials by itself: use --jobs instead of torchrun.")
    space = read_space(options)
    manifest = list_labelled(source, options, watch)
    check = partial(check_variants, options, space, n_classes=manifest.n_classes)
    everything = load_features(manifest, options, progress, watch, check=check)
    everything, portions = portion_out(everything, options)
    if portions.own is not None and any(option.name == "validation_fraction" for option in space):
        raise OptionError(
            f"validation_fraction cannot be varied here: your own {plural(len(portions.judges), 'validation image')} "
            "judge. Leave it out of --over."
        )
    data = everything.select(portions.seen)
    folder = training_folder(options.alike(), source, data)
    defaults = {option.name: SweepOptions.model_fields[option.name].default for option in space}
    is_inside = all(option.holds(defaults[option.name]) for option in space)
    with watch.stage("prepare trainings"):
        room = TrialRoom(
            options=options,
            folds=_judging(data, portions, options),
            is_own=portions.own is not None,
            study=SweepStudy(folder, space, seed=options.seed, default=defaults if is_inside else None),
            shared=SharedParts(data, space, folder, join_world(data.choice.device), progress),
        )
        room.make_ready()
    return _Opened(room, everything, len(portions.train), len(portions.test))


def _judging(data: DatasetFeatures, portions: Portions, options: SweepOptions) -> list[Sides]:
    """What trials are trained on and judged by, as rows of the images that a training may look at."""
    from regraft.grafting import training_folds

    if portions.own is None:
        rows = np.arange(len(portions.seen))
        return training_folds(data, rows, n_folds=options.judging_folds, seed=options.seed)
    return [Sides(*(np.searchsorted(portions.seen, rows) for rows in (portions.train, portions.judges)))]


def _searched(source: str, options: SweepOptions, opened: _Opened) -> Sweep:
    """All trials, the best first.

    Raises:
        TrainingError: None of them could be trained.
    """
    room = opened.room
    trials = best_first(room.study.results())
    best = trials[0]
    if best.outcome == "failed":
        raise TrainingError(f"None of {plural(len(trials), 'trial')} could be trained. The first said: {best.note}")
    tuned = options.trained_with(best.settings | room.study.decided(best.number))
    return Sweep(
        title=f"{source}: {plural(len(trials), 'trial')}",
        created=now(),
        n_images=sum(len(sides.validation) for sides in room.folds),
        is_own_validation=room.is_own,
        n_folds=len(room.folds),
        space=tuple(room.shared.space),
        trials=trials,
        options=options.model_dump(mode="json"),
        versions=installed_versions() | {"optuna": version("optuna")},
        reproduce=command_line(options, source),
        command=command_line(tuned, source),
        notices=notices_of(opened.findings),
    )
