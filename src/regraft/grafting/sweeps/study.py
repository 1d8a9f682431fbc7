"""The trials of a sweep, in a journal that several processes share and that a killed one cannot spoil."""

from __future__ import annotations

import itertools
import os
import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from regraft.core import StoreError, exclusive
from regraft.grafting.sweeps.fold_scores import joined
from regraft.grafting.sweeps.held_trial import HeldTrial, kept_scores
from regraft.grafting.sweeps.optuna_side import JOURNAL, create_sampler, distribution_of, open_study
from regraft.reports import SweepTrial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import optuna

    from regraft.reports import Setting, SweptOption

_LOCK = "trials.lock"
_WANTED = "-wanted.lock"
"""Ends the name of a lock that a process holds for as long as it wants a number of trials."""


class SweepStudy:
    """The trials of a sweep.

    A process holds a lock of the system's for each trial that it runs. The lock ends with the process, so a trial
    that is under way without its lock was abandoned: it is run again, with the folds that were finished.

    Args:
        folder: Of the sweep under way.
        space: What is varied.
        seed: With a trial's number it decides its values: a sweep that goes on is the one that was never stopped.
        default: Values of the first trial; None where they lie outside of what is varied.
        n_trials: That this process wants; it says so to the others until it leaves.

    Attributes:
        mark: What the sweep's journal begins with, there and in its run.

    Raises:
        StoreError: The journal cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        space: Sequence[SweptOption],
        *,
        seed: int,
        default: dict[str, Setting] | None,
        n_trials: int = 0,
    ) -> None:
        self.folder, self.space, self.seed, self.default = folder, space, seed, default
        self._distributions = {option.name: distribution_of(option) for option in space}
        with exclusive(self.folder / _LOCK):
            for ended in self.folder.parent.glob(f"{self.folder.name}-*"):  # by a process that was killed meanwhile
                shutil.rmtree(ended, ignore_errors=True)
            self._study = open_study(self.journal)
            self.mark = read_mark(self.journal)
            self._wanting = ExitStack()
            self._wanting.enter_context(exclusive(self.folder / f"{n_trials}-{uuid4().hex}{_WANTED}"))

    def leave(self) -> None:
        """This process wants no trials any more."""
        self._wanting.close()

    @property
    def journal(self) -> Path:
        """The file that Optuna keeps the trials in."""
        return self.folder / JOURNAL

    @property
    def is_over(self) -> bool:
        """Whether a process has written the result, and removed the journal; there may be the next sweep's."""
        return read_mark(self.journal) != self.mark

    def end(self) -> None:
        """The result is written, by the process that is alone with the trials: who comes now begins anew."""
        ended = self.folder.with_name(f"{self.folder.name}-{os.getpid()}")
        try:
            self.folder.rename(ended)  # at once: what the next sweep puts into this place is not removed
        except OSError:  # Windows moves no open files
            ended = self.folder
        (ended / JOURNAL).unlink(missing_ok=True)  # who begins the next sweep removes it, too
        shutil.rmtree(ended, ignore_errors=True)

    def take(self, n_trials: int) -> HeldTrial | None:
        """The next trial; None where `n_trials` are finished or under way."""
        with self.alone() as is_over:
            if is_over:
                return None
            self._put_back_abandoned()
            places = {each.user_attrs.get("place") for each in self._trials() if each.state.name != "WAITING"}
            if len(places) >= n_trials:
                return None
            if self.default is not None and not self._trials():
                self._study.enqueue_trial(dict(self.default))
            place = next(number for number in itertools.count(1) if number not in places)
            self._study.sampler = create_sampler(self.seed, place)
            trial = self._study.ask(self._distributions)
            place = trial.user_attrs.get("place", place)
            trial.set_user_attr("place", place)
            settings = {option.name: option.rounded(trial.params[option.name]) for option in self.space}
            return HeldTrial(self._study, trial, place, settings, self._lock_of(trial.number))

    def is_complete(self) -> bool:
        """Whether no trial is under way or still wanted by a process that lives; asked by one that is alone."""
        self._put_back_abandoned()
        is_finished = [each.state.is_finished() for each in self._trials() if each.state.name != "WAITING"]
        return all(is_finished) and len(is_finished) >= max(self._wanted(), default=0)

    def n_finished(self) -> int:
        """Trials that are finished, stopped or failed."""
        with self.alone() as is_over:
            return 0 if is_over else sum(each.state.is_finished() for each in self._trials())

    def results(self) -> list[SweepTrial]:
        """All that are finished, stopped or failed."""
        return [self._result(each) for each in self._trials() if each.state.is_finished()]

    def decided(self, place: int) -> dict[str, Setting]:
        """What the training of a trial decided by itself."""
        found = next(each.user_attrs for each in self._trials() if each.user_attrs.get("place") == place)
        return dict(found.get("decided", {}))

    def _result(self, trial: optuna.trial.FrozenTrial) -> SweepTrial:
        scores = kept_scores(trial.user_attrs)
        note = trial.user_attrs.get("note", "")
        settings = {option.name: option.rounded(trial.params[option.name]) for option in self.space}
        total = joined(scores)
        return SweepTrial(
            number=trial.user_attrs["place"],
            settings=settings,
            outcome="failed" if note else "finished" if trial.state.name == "COMPLETE" else "stopped",
            accuracies=tuple(score.accuracy for score in scores),
            accuracy=total.accuracy if scores else None,
            log_loss=total.loss if scores else None,
            seconds=total.seconds,
            is_default=settings == self.default,
            note=note,
        )

    def _trials(self) -> list[optuna.trial.FrozenTrial]:
        """All but those that were abandoned and put back."""
        return [each for each in self._study.get_trials(deepcopy=False) if each.state.name != "FAIL"]

    def _put_back_abandoned(self) -> None:
        from optuna.trial import TrialState

        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            try:
                with exclusive(self._lock_of(trial.number), timeout_seconds=0):
                    self._study.tell(trial.number, state=TrialState.FAIL)
                    if trial.params.keys() == self._distributions.keys():
                        self._study.enqueue_trial(trial.params, user_attrs=trial.user_attrs)
            except StoreError:  # its process lives
                continue

    def _wanted(self) -> Iterator[int]:
        for path in self.folder.glob(f"*{_WANTED}"):
            try:
                with exclusive(path, timeout_seconds=0):
                    pass
            except StoreError:
                yield int(path.name.partition("-")[0])
            else:  # its process has left, or died
                path.unlink()

    def _lock_of(self, number: int) -> Path:
        return self.folder / f"trial-{number}.lock"

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """One process at a time; whether the sweep is over: then its folder is gone, and is not made again."""
        with ExitStack() as held:
            if not self.is_over:
                try:
                    held.enter_context(exclusive(self.folder / _LOCK, is_made=False))
                except OSError:  # the folder has been removed
                    if not self.is_over:
                        raise
            yield self.is_over


def read_mark(journal: Path) -> bytes:
    """The first line of a journal, which no other sweep has; nothing where there is none."""
    try:
        with journal.open("rb") as file:
            return file.readline()
    except OSError:
        return b""
