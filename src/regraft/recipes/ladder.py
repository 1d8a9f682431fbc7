"""The ladder: the probe, fine-tuning at several rates, and whether the step up is worth it. Judged by folds only."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from regraft.data import cluster_units, split_folds
from regraft.evaluation import PairedDifference, compare_paired
from regraft.finetuning import StopRequest
from regraft.recipes.head_choice import fit_start, start_head
from regraft.recipes.workshop import Sides

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.recipes.train_options import TrainOptions
    from regraft.recipes.workshop import Fit, Prepared, Workshop

    Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Rung:
    """One way to train, judged on images that it was not trained on.

    Attributes:
        name: What it is.
        rate: The last stage's learning rate; None for the probe.
        accuracy: On the folds that it was judged on.
        n: How many images these are.
        seconds: What judging it took.
    """

    name: str
    rate: float | None
    accuracy: float
    n: int
    seconds: float


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the folds say.

    Attributes:
        rungs: All that was tried, the probe first.
        difference: Fine-tuning with the best rate minus the probe, on all folds.
        is_worth_it: Whether the interval lies above 0.
        sentence: The same for a person.
        rate: The best rate.
        scores: (n, k) float32, the fine-tuned networks' scores of the folds' images, for calibration.
        labels: (n,) their labels.
    """

    rungs: tuple[Rung, ...]
    difference: PairedDifference
    is_worth_it: bool
    sentence: str
    rate: float
    scores: NDArray[np.float32]
    labels: Rows


@dataclass(eq=False)
class Ladder:
    """Judges the rungs on folds of the training images.

    Attributes:
        shop: Trains.
        prepared: What is trained, and its inputs.
        options: The rates, the folds.
        folder: Of the trainings under way: each is resumed, a finished one is not repeated.
        stop: Looked at between two steps.
    """

    shop: Workshop
    prepared: Prepared
    options: TrainOptions
    folder: Path
    stop: StopRequest = field(default_factory=StopRequest)

    def climb(self) -> Verdict:
        """Try all rates on the first fold, the best one on the others, and compare it with the probe."""
        folds = self._folds()
        probed, probe_seconds = self._probe(folds)
        tried = {rate: self._judge(folds[0], rate, 0) for rate in self.options.rates}
        best = min(tried, key=lambda rate: tried[rate].loss)
        judged = [tried[best], *(self._judge(sides, best, place) for place, sides in enumerate(folds[1:], start=1))]
        tuned = np.concatenate([one.is_right for one in judged])
        rows = np.concatenate([sides.validation for sides in folds])
        manifest = self.shop.data.manifest
        groups = manifest.select(rows).groups
        difference = compare_paired(
            tuned, probed, groups=groups if any(group is not None for group in groups) else None
        )
        tuning_seconds = sum(one.seconds for one in judged)
        is_worth_it = difference.low > 0
        rungs = [Rung("probe", None, float(probed.mean()), len(probed), probe_seconds)]
        rungs += [
            Rung(
                f"fine-tuned at {rate:g}, first fold", rate, float(one.is_right.mean()), len(one.is_right), one.seconds
            )
            for rate, one in tried.items()
        ]
        rungs.append(Rung(f"fine-tuned at {best:g}, all folds", best, float(tuned.mean()), len(tuned), tuning_seconds))
        return Verdict(
            rungs=tuple(rungs),
            difference=difference,
            is_worth_it=is_worth_it,
            sentence=_sentence(difference, tuning_seconds / max(probe_seconds, 1e-9), is_worth_it=is_worth_it),
            rate=best,
            scores=np.concatenate([one.scores for one in judged]),
            labels=manifest.labels[rows],
        )

    def fit(self, sides: Sides, rate: float, name: str) -> Fit:
        """Train with a rate, from the head that is fitted on these images."""
        options = self.options.model_copy(update={"learning_rate": rate, "head_learning_rate": None})
        data = self.shop.data
        head = start_head(fit_start(data, sides.train, options), data)
        return self.shop.fit(self.prepared, head, sides, options, folder=self.folder / name, stop=self.stop)

    def _folds(self) -> list[Sides]:
        data, rows = self.shop.data, self.shop.rows
        manifest = data.manifest.select(rows)
        digests = [data.digests[row] for row in rows]
        units = cluster_units(digests, manifest.groups)
        fold_of_row = split_folds(
            manifest.labels, units, digests, n_folds=self.options.ladder_folds, seed=self.options.seed
        )
        numbers = np.unique(fold_of_row)
        return [Sides(rows[fold_of_row != number], rows[fold_of_row == number]) for number in numbers]

    def _probe(self, folds: list[Sides]) -> tuple[NDArray[np.bool_], float]:
        """Whether the probe is right on each image of each fold, and what that took."""
        began, right, data = time.perf_counter(), [], self.shop.data
        for sides in folds:
            head = start_head(fit_start(data, sides.train, self.options), data)
            answers = head.scores(data.features[sides.validation]).argmax(axis=1)
            right.append(answers == data.manifest.labels[sides.validation])
        return np.concatenate(right), time.perf_counter() - began

    def _judge(self, sides: Sides, rate: float, fold: int) -> _Judged:
        """Train on one fold's training images; its scores of the others are those of the last epoch.

        The best epoch's would be chosen by the very images that judge.
        """
        began = time.perf_counter()
        blind = Sides(sides.train, sides.validation[:0])
        fit = self.fit(blind, rate, f"fold{fold}-{rate:g}")
        scores = self.shop.scores(self.prepared, fit, sides.validation)
        labels = self.shop.data.manifest.labels[sides.validation]
        seconds = fit.seconds or time.perf_counter() - began
        return _Judged(scores, labels, seconds)


@dataclass(frozen=True, eq=False)
class _Judged:
    scores: NDArray[np.float32]
    labels: Rows
    seconds: float

    @property
    def is_right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.scores.argmax(axis=1) == self.labels
        return right

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        from regraft.heads import softmax

        own = softmax(self.scores.astype(np.float64))[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(own, 1e-12)).mean())


def _sentence(difference: PairedDifference, cost_ratio: float, *, is_worth_it: bool) -> str:
    value, low, high = (f"{100 * part:+.1f}" for part in (difference.value, difference.low, difference.high))
    found = f"Fine-tuning against the probe, on {difference.n:,} training images held out in folds: {value} points, "
    found += f"95 % interval {low} to {high}"
    if is_worth_it:
        return f"{found}: worth it."
    return f"{found}: not worth {cost_ratio:,.0f} times the cost. The probe is kept."
