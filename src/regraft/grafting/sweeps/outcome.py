"""What a sweep came to: all trials, the best first, written by one of the processes that share it."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import StoreError, TrainingError, exclusive, plural
from regraft.experiments import RunFolder, command_line, installed_versions, notices_of, now, write_record
from regraft.grafting.sweeps.options import OF_A_PROCESS
from regraft.reports import Sweep, best_first, write_sweep

if TYPE_CHECKING:
    from regraft.grafting.sweeps.opening import OpenedSweep
    from regraft.grafting.sweeps.options import SweepOptions

_RECORD, _RESULT = "run.json", "sweep.json"


def sweep_folder(source: str, options: SweepOptions) -> RunFolder:
    """Where the run of a sweep goes.

    Raises:
        OptionError: There is a run with this name.
    """
    return RunFolder(options.runs, options.name, f"{Path(source).stem}-sweep")


def write_outcome(opened: OpenedSweep, seconds: dict[str, float]) -> Path | None:
    """Write the run of a sweep whose trials are over, and end it.

    Args:
        opened: The sweep.
        seconds: By stage.

    Returns:
        The run's folder; None where another process has written it.

    Raises:
        TrainingError: None of the trials could be trained.
    """
    study = opened.room.study
    try:
        with exclusive(study.folder / "result.lock"):
            return None if study.is_over else _write(opened, seconds)
    except OSError:  # whoever has written the result removes the folder, and the lock with it
        if study.is_over:
            return None
        raise


def _write(opened: OpenedSweep, seconds: dict[str, float]) -> Path:
    study, options = opened.room.study, opened.room.options
    sweep = _summarised(opened)
    with sweep_folder(opened.source, options) as run:
        write_sweep(sweep, run.folder)
        shutil.copyfile(study.journal, run.folder / study.journal.name)
        write_record(run.folder, source=opened.source, options=options, seconds=seconds, data=opened.everything)
    study.end()
    return run.final


def find_outcome(opened: OpenedSweep) -> Path:
    """The newest run of a sweep that another process has written.

    Raises:
        StoreError: It is gone.
    """
    runs, wanted = opened.room.options.runs, opened.room.options.alike().model_dump(mode="json")
    places = sorted(runs.glob(f"[!.]*/{_RESULT}"), key=lambda place: place.stat().st_mtime, reverse=True)
    for place in places:
        record = json.loads((place.parent / _RECORD).read_text(encoding="utf-8"))
        if record["source"] == opened.source and record["options"] | OF_A_PROCESS == wanted:
            return place.parent.resolve()
    raise StoreError(f"Another process has written the result, and it is gone from {runs}. Run the command again.")


def read_outcome(folder: Path) -> Sweep:
    """The trials of a sweep's run."""
    return Sweep.model_validate_json((folder / _RESULT).read_bytes())


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
