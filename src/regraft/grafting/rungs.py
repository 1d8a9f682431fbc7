"""The trainings and probes that a ladder compares, made of a network and its images."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from regraft.core import as_percent
from regraft.experiments import Sides
from regraft.grafting.fitting import Fit, Job, fit, score
from regraft.grafting.ladder import OWN, Ladder
from regraft.grafting.sides import Judged, training_folds
from regraft.grafting.starts import start_together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Rows
    from regraft.experiments import DatasetFeatures
    from regraft.finetuning import StopRequest
    from regraft.grafting.opening import Opened
    from regraft.grafting.preparation import Prepared
    from regraft.grafting.setup import Setup
    from regraft.grafting.train_options import TrainOptions


def build_ladder(opened: Opened, prepared: Prepared, options: TrainOptions, stop: StopRequest) -> Ladder:
    """A ladder on the training images of a data set.

    Args:
        opened: The run; in its folder each training is resumed, and a finished one is not repeated.
        prepared: The cut, and the inputs.
        options: The rates, the folds.
        stop: Looked at between two steps.

    Raises:
        DataError: No fold could judge.
    """
    setup, own = opened.setup, opened.portions.own
    rows, n_folds = opened.portions.train, options.ladder_folds
    folds = [own] if own is not None else training_folds(setup.data, rows, n_folds=n_folds, seed=options.seed)
    trainings = _Trainings(setup, opened.probed, prepared, options, opened.folder, stop, is_own=own is not None)
    return Ladder(trainings, setup.data.manifest, folds, rows, options.rates, is_own=own is not None)


@dataclass(frozen=True, eq=False)
class _Trainings:
    """Makes what a ladder compares: a `Trainer`.

    Attributes:
        setup: What is trained on what.
        probed: The images with features of the networks that probes stand on.
        prepared: The cut, and the inputs.
        options: The rates, the folds.
        folder: Of the trainings under way.
        stop: Looked at between two steps.
        is_own: Whether validation images of the user's judge.
    """

    setup: Setup
    probed: DatasetFeatures
    prepared: Prepared
    options: TrainOptions
    folder: Path
    stop: StopRequest
    is_own: bool
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def probe(self, sides: Sides) -> NDArray[np.float64]:
        """A probe's probabilities of a fold's images."""
        data = self.probed
        head, _selection = start_together(data, sides.train, self.options, self.setup.world)
        return head.probabilities(head.scores(data.features[sides.validation]))

    def judge(self, sides: Sides, rate: float, fold: int) -> Judged:
        """Train on one fold's training images; its scores of the others are those of the last epoch.

        The best epoch's would be chosen by the very images that judge.
        """
        began = time.perf_counter()
        where = OWN if self.is_own else f"fold {fold + 1} of {self.options.ladder_folds}"
        fitted = self._fit(sides.train, rate, _folder(fold, rate), where)
        judged = Judged(
            scores=score(self.setup, self.prepared, fitted, sides.validation),
            labels=self.setup.data.manifest.labels[sides.validation],
            seconds=fitted.seconds or time.perf_counter() - began,
            train_loss=fitted.trained.train_loss,
        )
        judges = OWN if self.is_own else "on the images left out"
        self.setup.progress.mark(1, 1, f"{judges}: {as_percent(judged.is_right.mean())} right")
        return judged

    def train(self, rows: Rows, rate: float) -> Fit:
        """Train on all images; where the user's images judged, that training has been made."""
        if self.is_own:
            return self._fit(rows, rate, _folder(0, rate), OWN)
        return self._fit(rows, rate, f"final-{rate:g}", "all images")

    def _fit(self, rows: Rows, rate: float, name: str, where: str) -> Fit:
        """Train with a rate, from the head that is fitted on these images."""
        options = self.options.at(rate)
        head, _selection = start_together(self.setup.data, rows, options, self.setup.world)
        number = next(self._numbers)
        n_all = max(len(self.options.rates) + (0 if self.is_own else self.options.ladder_folds), number)
        job = Job(
            head,
            Sides(rows, rows[:0]),
            options,
            self.folder / name,
            name=f"Training {number} of {n_all} ({where}, rate {rate:g})",
            shows_rates=number == 1,
        )
        return fit(self.setup, self.prepared, job, self.stop)


def _folder(fold: int, rate: float) -> str:
    """The folder of a training that is judged."""
    return f"fold{fold}-{rate:g}"
