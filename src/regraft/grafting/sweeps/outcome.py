"""What a sweep came to: all trials, the best first, written by one of the processes that share it."""

from __future__ import annotations

import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import StoreError, TrainingError, plural
from regraft.experiments import RunFolder, command_line, installed_versions, notices_of, now, write_record
from regraft.grafting.sweeps.study import read_mark
from regraft.reports import Sweep, best_first, write_sweep

if TYPE_CHECKING:
    from regraft.grafting.sweeps.opening import OpenedSweep
    from regraft.grafting.sweeps.options import SweepOptions


def sweep_folder(source: str, options: SweepOptions) -> RunFolder:
    """Where the run of a sweep goes.

    Raises:
        OptionError: There is a run with this name.
    """
    return RunFolder(options.runs, options.name, f"{Path(source).stem}-sweep")


def write_outcome(opened: OpenedSweep, run: RunFolder, seconds: dict[str, float]) -> Sweep:
    """Write the run of a sweep whose trials are finished, alone with them, and end it.

    Args:
        opened: The sweep.
        run: Where to.
        seconds: By stage.

    Raises:
        TrainingError: None of the trials could be trained.
    """
    study, options = opened.room.study, opened.room.options
    sweep = _summarised(opened)
    with run:
        write_sweep(sweep, run.folder)
        shutil.copyfile(study.journal, run.folder / study.journal.name)
        write_record(run.folder, source=opened.source, options=options, seconds=seconds, data=opened.everything)
    study.end()
    return sweep


def find_outcome(opened: OpenedSweep) -> tuple[Path, Sweep]:
    """The run of a sweep that another process has written, whatever its name: it holds the sweep's journal.

    Raises:
        StoreError: It is gone.
    """
    runs, study = opened.room.options.runs, opened.room.study
    for journal in runs.glob(f"[!.]*/{study.journal.name}"):
        with suppress(OSError, ValueError):  # removed, or damaged
            if read_mark(journal) == study.mark:
                folder = journal.parent.resolve()
                return folder, Sweep.model_validate_json((folder / "sweep.json").read_bytes())
    raise StoreError(f"Another process has written the result, and it is gone from {runs}. Run the command again.")


def _summarised(opened: OpenedSweep) -> Sweep:
    room = opened.room
    trials = best_first(room.study.results())
    best = trials[0]
    if best.outcome == "failed":
        raise TrainingError(f"None of {plural(len(trials), 'trial')} could be trained. The first said: {best.note}")
    tuned = room.options.trained_with(best.settings | room.study.decided(best.number))
    return Sweep(
        title=f"{opened.source}: {plural(len(trials), 'trial')}",
        created=now(),
        n_images=sum(len(sides.validation) for sides in room.folds),
        is_own_validation=room.is_own,
        n_folds=len(room.folds),
        space=tuple(room.shared.space),
        trials=trials,
        options=room.options.model_dump(mode="json"),
        versions=installed_versions() | {"optuna": version("optuna")},
        reproduce=command_line(room.options, opened.source),
        command=command_line(tuned, opened.source),
        notices=notices_of(opened.findings),
    )
