"""`regraft sweep`: a small search over options of fine-tuning, judged by folds of the training images only."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from regraft.core import SilentProgress, as_source
from regraft.experiments import LearningResult, Stopwatch
from regraft.grafting import SweepOptions

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import SweepSettings
    from regraft.reports import Sweep, SweepTrial

__all__ = ["SweepOptions", "SweepResult", "sweep"]


@dataclass(frozen=True, kw_only=True)
class SweepResult(LearningResult):
    """What a sweep gave.

    Attributes:
        folder: The run's folder: `report.html`, `sweep.json`, `run.json`, `optuna-journal.log`.
        search: All trials, the best first.
        n_train: Images that the trials were trained on (and, in folds, judged by).
        n_validation: The user's own validation images, which judged the trials; 0 where folds did.
        n_test: Images that were not looked at.
    """

    search: Sweep
    n_validation: int = 0

    @property
    def best(self) -> SweepTrial:
        """The best trial."""
        return self.search.best

    @property
    def command(self) -> str:
        """The command line that trains and tests with the best settings."""
        return self.search.command


def sweep(
    source: str | Path,
    options: SweepOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[SweepSettings],
) -> SweepResult:
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
        The run's folder and all trials: the same in all processes that share them, of which one writes.

    Raises:
        MissingExtraError: Optuna or PyTorch is not installed.
        RegraftError: See `regraft.core.errors`; the message says what to do.
    """
    source = as_source(source)
    options = SweepOptions.of(options, settings)  # first of all: it says what is not installed
    from regraft.grafting import Team, find_outcome, open_sweep, sweep_folder, write_outcome

    progress = progress or SilentProgress()
    watch = Stopwatch()
    run = sweep_folder(source, options)  # a name that is taken is found out now, not after an hour
    with ExitStack() as held:
        with open_sweep(source, options, progress, watch) as opened:
            room = opened.room
            with watch.stage("run trials"), Team(source, options, room.study.journal) as team, room.stoppable():
                room.work()
                team.wait()
                is_over = held.enter_context(room.to_the_end())
        if is_over:
            progress.say("Another process has written the result.")
            folder, search = find_outcome(opened)
        else:
            folder, search = run.final, write_outcome(opened, run, watch.seconds)
    return SweepResult(
        folder=folder,
        search=search,
        n_train=opened.n_train,
        n_validation=search.n_images if room.is_own else 0,
        n_test=opened.n_test,
        n_unreadable=len(opened.everything.unreadable),
        seconds=watch.seconds,
        findings=opened.findings,
    )
