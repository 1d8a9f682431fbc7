"""A trial of a sweep that this process runs."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from regraft.core import exclusive
from regraft.grafting.sweeps.fold_scores import FoldScore, joined

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    import optuna

    from regraft.reports import Setting


class HeldTrial:
    """A trial that this process runs; nobody else takes it until the context ends, or the process.

    Args:
        study: Optuna's.
        trial: Optuna's.
        place: Its number, from 1.
        settings: The values to train with.
        lock: The file that tells others that it is taken.

    Attributes:
        place: As given.
        settings: As given.
        scores: Of the folds that were judged, also before an interruption.
    """

    def __init__(
        self, study: optuna.Study, trial: optuna.Trial, place: int, settings: dict[str, Setting], lock: Path
    ) -> None:
        self._study, self._trial = study, trial
        self.place, self.settings = place, settings
        self.scores: list[FoldScore] = []
        self._held = ExitStack()
        self._held.enter_context(exclusive(lock))
        for score in kept_scores(trial.user_attrs):
            self.add(score)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._held.close()

    def add(self, score: FoldScore) -> None:
        """A fold is judged."""
        number = len(self.scores)
        self.scores.append(score)
        self._trial.set_user_attr(f"fold{number}", score.model_dump())
        self._trial.report(joined(self.scores).objective, step=number)

    def decide(self, name: str, value: Setting) -> None:
        """An option that the training decided by itself, for the command line of the best."""
        self._trial.set_user_attr("decided", {name: value})

    def is_hopeless(self) -> bool:
        """Whether it is worse than half of the others after as many folds."""
        return self._trial.should_prune()

    def finish(self) -> None:
        """All folds are judged."""
        self._study.tell(self._trial, joined(self.scores).objective)

    def stop(self, note: str = "") -> None:
        """It is not worth going on, or (with a note that says why) not possible."""
        from optuna.trial import TrialState

        if note:
            self._trial.set_user_attr("note", note)
        self._study.tell(self._trial, state=TrialState.PRUNED)


def kept_scores(attributes: dict[str, Any]) -> list[FoldScore]:
    """The folds that were judged, from what the journal keeps of a trial."""
    found = itertools.takewhile(lambda name: name in attributes, (f"fold{number}" for number in itertools.count()))
    return [FoldScore.model_validate(attributes[name]) for name in found]
