"""The ladder: the probe, fine-tuning at several rates, and whether the step up is worth it. No test image is used."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.evaluation import Predictions, Verdict, judge
from regraft.experiments import Sides
from regraft.finetuning import StopRequest
from regraft.grafting.sides import Judged, training_folds
from regraft.grafting.starts import start_head
from regraft.heads import softmax
from regraft.reports import Rung

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Calibration
    from regraft.grafting.fits import Fit, Prepared
    from regraft.grafting.train_options import TrainOptions
    from regraft.grafting.workshop import Workshop

    Rows = NDArray[np.int64]


NAMES = ("probe", "fine-tuning")
_OWN, _LEFT_OUT = "on your validation images", "on the images left out"
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

    def with_probe(self) -> Climbed:
        """The same evidence, when fine-tuning could not be had after all."""
        rungs = tuple(rung.model_copy(update={"is_winner": rung.name == NAMES[0]}) for rung in self.rungs)
        sentence = f"{self.verdict.sentence} But every training on all images went astray: the {NAMES[0]} is kept."
        return replace(
            self, rungs=rungs, verdict=self.verdict.model_copy(update={"kept": NAMES[0], "sentence": sentence})
        )


@dataclass(eq=False)
class Ladder:
    """Judges the rungs on folds of the training images.

    Attributes:
        shop: Trains.
        prepared: What is trained, and its inputs.
        options: The rates, the folds.
        folder: Of the trainings under way: each is resumed, a finished one is not repeated.
        stop: Looked at between two steps.
        own: Training images and the user's validation images, which judge instead of folds; None without such.
    """

    shop: Workshop
    prepared: Prepared
    options: TrainOptions
    folder: Path
    stop: StopRequest = field(default_factory=StopRequest)
    own: Sides | None = None
    _n_fits: int = 0
    _where: str = ""

    def climb(self) -> Climbed:
        """Try all rates on the first fold, the best one on the others, and compare it with the probe.

        A fold that chose a rate does not judge it, unless it is the only one.
        """
        folds = self._folds()
        tried = {rate: self._judge(folds[0], rate, 0) for rate in self.options.rates}
        best = min(tried, key=lambda rate: tried[rate].loss)
        answers = [tried[best], *(self._judge(sides, best, place) for place, sides in enumerate(folds[1:], start=1))]
        has_chosen = len(tried) > 1 and len(folds) > 1
        judges, judged = (folds[1:], answers[1:]) if has_chosen else (folds, answers)
        began = time.perf_counter()
        probed = [self._probe(sides) for sides in judges]
        probe_seconds = time.perf_counter() - began
        seconds = sum(one.seconds for one in judged)
        verdict = judge(
            self._answers(judges, probed),
            self._answers(judges, [softmax(one.scores.astype(np.float64)) for one in judged]),
            names=NAMES,
            cost_ratio=seconds / max(probe_seconds, 1e-9),
        )
        labels = self.shop.data.manifest.labels
        rights = [rows.argmax(axis=1) == labels[sides.validation] for rows, sides in zip(probed, judges, strict=True)]
        final = [
            _rung(NAMES[0], "a linear head on fixed features", rights, probe_seconds),
            _rung(
                f"{NAMES[1]} at {best:g}",
                self._judged_on(has_chosen=has_chosen),
                [one.is_right for one in judged],
                seconds,
                rate=best,
            ),
        ]
        winner = final[verdict.kept == NAMES[1]]
        rungs = [
            _rung(f"{NAMES[1]} at {rate:g}", self._tried_on, [one.is_right], one.seconds, rate=rate)
            for rate, one in (tried.items() if len(tried) > 1 else ())
        ]
        rungs += [rung.model_copy(update={"is_winner": rung is winner}) for rung in final]
        return Climbed(
            rungs=tuple(rungs),
            verdict=verdict,
            rate=best,
            scores=np.concatenate([one.scores for one in answers]),
            labels=np.concatenate([labels[sides.validation] for sides in folds]),
            train_loss=float(np.mean([one.train_loss for one in answers])),
        )

    def _judged_on(self, *, has_chosen: bool) -> str:
        if self.own is not None:
            return _OWN
        return "the best of the rates, on the other folds" if has_chosen else "on all folds"

    @property
    def calibration(self) -> Calibration:
        """What the scores that judge are of."""
        return "folds" if self.own is None else "validation images"

    @property
    def _tried_on(self) -> str:
        return "tried on the first fold" if self.own is None else "tried on your validation images"

    def _answers(self, folds: list[Sides], probabilities: list[NDArray[np.float64]]) -> Predictions:
        manifest = self.shop.data.manifest.select(np.concatenate([sides.validation for sides in folds]))
        return Predictions(
            paths=manifest.paths,
            labels=manifest.labels,
            probabilities=np.concatenate(probabilities),
            class_names=manifest.class_names,
            groups=manifest.groups if any(group is not None for group in manifest.groups) else None,
        )

    def finish(self, climbed: Climbed) -> tuple[Climbed, Fit | None, tuple[str, ...]]:
        """Train on all images with the best rate, or a smaller one where that goes astray.

        Nothing is left to validate with, so the training is held against those on the folds: its loss must come down
        as theirs did. A high rate can ruin a network in one run and not in another.

        Returns:
            What the folds say, with the rate that was used, or the probe as the winner; the training, None where every
            rate went astray; and what happened, as sentences.
        """
        train = self.shop.rows if self.own is None else self.own.train
        everything = Sides(train, train[:0])
        notes: list[str] = []
        for rate in sorted((rate for rate in self.options.rates if rate <= climbed.rate), reverse=True):
            self._where = "all images" if self.own is None else _OWN
            # With validation images of the user's, the training that they judged was on all training images already.
            fit = self.fit(everything, rate, f"final-{rate:g}" if self.own is None else _folder(0, rate))
            loss = fit.trained.train_loss
            if loss <= _LOSS_FACTOR * climbed.train_loss + _LOSS_SLACK:
                return replace(climbed, rate=rate), fit, tuple(notes)
            notes.append(
                f"Trained on all images at {rate:g}, the loss ended at {loss:.3f}, on the folds at "
                f"{climbed.train_loss:.3f}: this training went astray and is not used."
            )
        return climbed.with_probe(), None, (*notes, "The probe is kept.")

    def fit(self, sides: Sides, rate: float, name: str) -> Fit:
        """Train with a rate, from the head that is fitted on these images."""
        options = self.options.at(rate)
        data = self.shop.data
        head, _selection = start_head(data, sides.train, options)
        self._n_fits += 1
        n_folds = self.options.ladder_folds if self.own is None else 0
        n_all = max(len(self.options.rates) + n_folds, self._n_fits)
        called = f"Training {self._n_fits} of {n_all} ({self._where}, rate {rate:g})"
        return self.shop.fit(
            self.prepared, head, sides, options, folder=self.folder / name, stop=self.stop, name=called
        )

    def _folds(self) -> list[Sides]:
        if self.own is not None:
            return [self.own]
        shop, options = self.shop, self.options
        return training_folds(shop.data, shop.rows, n_folds=options.ladder_folds, seed=options.seed)

    def _probe(self, sides: Sides) -> NDArray[np.float64]:
        """The probe's probabilities of a fold's images."""
        data = self.shop.data
        head, _selection = start_head(data, sides.train, self.options)
        return head.probabilities(head.scores(data.features[sides.validation]))

    def _judge(self, sides: Sides, rate: float, fold: int) -> Judged:
        """Train on one fold's training images; its scores of the others are those of the last epoch.

        The best epoch's would be chosen by the very images that judge.
        """
        began = time.perf_counter()
        blind = Sides(sides.train, sides.validation[:0])
        self._where = _OWN if self.own is not None else f"fold {fold + 1} of {self.options.ladder_folds}"
        fit = self.fit(blind, rate, _folder(fold, rate))
        scores = self.shop.scores(self.prepared, fit, sides.validation)
        labels = self.shop.data.manifest.labels[sides.validation]
        seconds = fit.seconds or time.perf_counter() - began
        judged = Judged(scores, labels, seconds, fit.trained.train_loss)
        self.shop.progress.mark(
            1, 1, f"{_LEFT_OUT if self.own is None else _OWN}: {100 * judged.is_right.mean():.1f} % right"
        )
        return judged


def n_passes(options: TrainOptions, own: Sides | None) -> float:
    """How many trainings on all training images a ladder takes.

    Args:
        options: The rates, the folds.
        own: Training images and the user's validation images, where there are such.
    """
    if own is not None:
        return len(options.rates)
    return 1 + (len(options.rates) + options.ladder_folds - 1) * (1 - 1 / options.ladder_folds)


def _folder(fold: int, rate: float) -> str:
    """The folder of a training that is judged."""
    return f"fold{fold}-{rate:g}"


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
