"""The ladder: the probe, fine-tuning at several rates, and whether the step up is worth it. Judged by folds only."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from regraft.data import cluster_units, split_folds
from regraft.evaluation import Predictions, Rung, Verdict, judge
from regraft.finetuning import StopRequest
from regraft.heads import softmax
from regraft.recipes.fits import Sides
from regraft.recipes.head_choice import fit_start, start_head

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.recipes.fits import Fit, Prepared
    from regraft.recipes.train_options import TrainOptions
    from regraft.recipes.workshop import Workshop

    Rows = NDArray[np.int64]


NAMES = ("probe", "fine-tuning")
_LOSS_FACTOR, _LOSS_SLACK = 1.5, 0.05
"""More training loss than this, compared with the folds', is no chance."""


@dataclass(frozen=True, eq=False)
class Climbed:
    """What the folds say.

    Attributes:
        rungs: All that was tried, the probe first.
        verdict: Fine-tuning with the best rate against the probe, on all folds.
        rate: The best rate.
        scores: (n, k) float32, the fine-tuned networks' scores of the folds' images, for calibration.
        labels: (n,) their labels.
        train_loss: Mean training loss of their last epochs: what a training on all images should reach, too.
    """

    rungs: tuple[Rung, ...]
    verdict: Verdict
    rate: float
    scores: NDArray[np.float32]
    labels: Rows
    train_loss: float

    @property
    def is_worth_it(self) -> bool:
        """Whether fine-tuning is kept."""
        return self.verdict.kept == NAMES[1]


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

    def climb(self) -> Climbed:
        """Try all rates on the first fold, the best one on the others, and compare it with the probe."""
        folds = self._folds()
        began = time.perf_counter()
        probed = [self._probe(sides) for sides in folds]
        probe_seconds = time.perf_counter() - began
        tried = {rate: self._judge(folds[0], rate, 0) for rate in self.options.rates}
        best = min(tried, key=lambda rate: tried[rate].loss)
        judged = [tried[best], *(self._judge(sides, best, place) for place, sides in enumerate(folds[1:], start=1))]
        seconds = sum(one.seconds for one in judged)
        verdict = judge(
            self._answers(folds, probed),
            self._answers(folds, [softmax(one.scores.astype(np.float64)) for one in judged]),
            names=NAMES,
            cost_ratio=seconds / max(probe_seconds, 1e-9),
        )
        labels = [self.shop.data.manifest.labels[sides.validation] for sides in folds]
        rights = [answers.argmax(axis=1) == truth for answers, truth in zip(probed, labels, strict=True)]
        rungs = [_rung(NAMES[0], "a linear head on fixed features", rights, probe_seconds)]
        rungs += [
            _rung(f"{NAMES[1]} at {rate:g}", "judged on the first fold only", [one.is_right], one.seconds, rate=rate)
            for rate, one in tried.items()
            if rate != best
        ]
        rungs.append(
            _rung(
                f"{NAMES[1]} at {best:g}", "the best of the rates", [one.is_right for one in judged], seconds, rate=best
            )
        )
        kept = rungs[-1 if verdict.kept == NAMES[1] else 0]
        return Climbed(
            rungs=tuple(rung.model_copy(update={"is_winner": rung is kept}) for rung in rungs),
            verdict=verdict,
            rate=best,
            scores=np.concatenate([one.scores for one in judged]),
            labels=np.concatenate(labels),
            train_loss=float(np.mean([one.train_loss for one in judged])),
        )

    def _answers(self, folds: list[Sides], probabilities: list[NDArray[np.float64]]) -> Predictions:
        manifest = self.shop.data.manifest.select(np.concatenate([sides.validation for sides in folds]))
        return Predictions(
            paths=manifest.paths,
            labels=manifest.labels,
            probabilities=np.concatenate(probabilities),
            class_names=manifest.class_names,
            groups=manifest.groups if any(group is not None for group in manifest.groups) else None,
        )

    def finish(self, climbed: Climbed) -> tuple[Fit | None, tuple[str, ...]]:
        """Train on all images with the best rate, or a smaller one where that goes astray.

        Nothing is left to validate with, so the training is held against those on the folds: its loss must come down
        as theirs did. A high rate can ruin a network in one run and not in another.

        Returns:
            The training, None where every rate went astray; and what happened, as sentences.
        """
        everything = Sides(self.shop.rows, self.shop.rows[:0])
        notes: list[str] = []
        for rate in sorted((rate for rate in self.options.rates if rate <= climbed.rate), reverse=True):
            fit = self.fit(everything, rate, f"final-{rate:g}")
            loss = fit.trained.train_loss
            if loss <= _LOSS_FACTOR * climbed.train_loss + _LOSS_SLACK:
                return fit, tuple(notes)
            notes.append(
                f"Trained on all images at {rate:g}, the loss ended at {loss:.3f}, on the folds at "
                f"{climbed.train_loss:.3f}: this training went astray and is not used."
            )
        return None, (*notes, "The probe is kept.")

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

    def _probe(self, sides: Sides) -> NDArray[np.float64]:
        """The probe's probabilities of a fold's images."""
        data = self.shop.data
        head = start_head(fit_start(data, sides.train, self.options), data)
        return head.probabilities(head.scores(data.features[sides.validation]))

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
        return _Judged(scores, labels, seconds, fit.trained.train_loss)


@dataclass(frozen=True, eq=False)
class _Judged:
    scores: NDArray[np.float32]
    labels: Rows
    seconds: float
    train_loss: float

    @property
    def is_right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.scores.argmax(axis=1) == self.labels
        return right

    @property
    def loss(self) -> float:
        """Mean cross-entropy."""
        own = softmax(self.scores.astype(np.float64))[np.arange(len(self.labels)), self.labels]
        return float(-np.log(np.maximum(own, 1e-12)).mean())


def _rung(
    name: str,
    description: str,
    rights: list[NDArray[np.bool_]],
    seconds: float,
    *,
    rate: float | None = None,
) -> Rung:
    """A rung, from whether it was right on each image of each fold."""
    means = [float(right.mean()) for right in rights]
    return Rung(
        name=name,
        description=description,
        validation=float(np.concatenate(rights).mean()),
        validation_std=float(np.std(means)) if len(means) > 1 else None,
        seconds=seconds,
        settings={} if rate is None else {"learning rate": rate},
    )
