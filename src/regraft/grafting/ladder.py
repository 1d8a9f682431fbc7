"""The ladder: the probe, fine-tuning at several rates, and whether the step up is worth it. No test image is used."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from regraft.evaluation import Predictions, Verdict, judge
from regraft.grafting.held_out import HeldOut
from regraft.heads import softmax
from regraft.reports import Rung

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.core import Rows
    from regraft.data import Manifest
    from regraft.experiments import Sides
    from regraft.grafting.fitting import Fit
    from regraft.grafting.sides import Judged


NAMES = ("probe", "fine-tuning")
OWN = "on your validation images"
_LOSS_FACTOR, _LOSS_SLACK = 1.5, 0.05
"""More training loss than this, compared with the folds', is no chance."""


@dataclass(frozen=True, eq=False)
class Climbed:
    """What the folds say.

    Attributes:
        rungs: All that was tried, the probe first.
        verdict: Fine-tuning with the best rate against the probe, on all folds.
        rate: The best rate.
        held: What the fine-tuned networks say of the images that they were not trained on.
        train_loss: Mean training loss of their last epochs: what a training on all images should reach, too.
    """

    rungs: tuple[Rung, ...]
    verdict: Verdict
    rate: float
    held: HeldOut
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


class Trainer(Protocol):
    """Who makes the trainings that a ladder asks for, and the probes that they are compared with."""

    def probe(self, sides: Sides) -> NDArray[np.float64]:
        """A probe's probabilities (m, k) of the images that judge."""

    def judge(self, sides: Sides, rate: float, fold: int) -> Judged:
        """Train with a rate on one side of a fold, by its number, and score the other, which does not choose epochs."""

    def train(self, rows: Rows, rate: float) -> Fit:
        """Train with a rate on all of these images, or take up such a training."""


@dataclass(frozen=True, eq=False)
class Ladder:
    """Judges the rungs.

    Attributes:
        trainer: Makes what is compared.
        manifest: The images.
        folds: What is trained on and what judges; one alone where images of the user's judge.
        rows: (m,) the images that the network which is kept is trained on.
        rates: Learning rates to try.
        is_own: Whether validation images of the user's judge.
    """

    trainer: Trainer
    manifest: Manifest
    folds: Sequence[Sides]
    rows: Rows
    rates: tuple[float, ...]
    is_own: bool = False

    def climb(self) -> Climbed:
        """Try all rates on the first fold, the best one on the others, and compare it with the probe."""
        tried = {rate: self.trainer.judge(self.folds[0], rate, 0) for rate in self.rates}
        best = min(tried, key=lambda rate: tried[rate].loss)
        others = [self.trainer.judge(sides, best, place) for place, sides in enumerate(self.folds[1:], start=1)]
        answers = [tried[best], *others]
        judges, judged = (self.folds[1:], others) if self._has_chosen else (self.folds, answers)
        verdict, final = self._compare(judges, judged, best)
        rungs = [
            _rung(f"{NAMES[1]} at {rate:g}", self._tried_on, [one.is_right], one.seconds, rate=rate)
            for rate, one in (tried.items() if len(tried) > 1 else ())
        ]
        return Climbed(
            rungs=(*rungs, *final),
            verdict=verdict,
            rate=best,
            held=HeldOut.of(
                "validation images" if self.is_own else "folds",
                self.folds,
                [one.scores for one in answers],
                self.manifest.labels,
            ),
            train_loss=float(np.mean([one.train_loss for one in answers])),
        )

    def _compare(self, folds: Sequence[Sides], judged: Sequence[Judged], rate: float) -> tuple[Verdict, list[Rung]]:
        """Fine-tuning against the probe on the folds that judge: the verdict, and the two rungs."""
        began = time.perf_counter()
        probed = [self.trainer.probe(sides) for sides in folds]
        probe_seconds, seconds = time.perf_counter() - began, sum(one.seconds for one in judged)
        verdict = judge(
            self._answers(folds, probed),
            self._answers(folds, [softmax(one.scores.astype(np.float64)) for one in judged]),
            names=NAMES,
            cost_ratio=seconds / max(probe_seconds, 1e-9),
        )
        labels = self.manifest.labels
        rights = [rows.argmax(axis=1) == labels[sides.validation] for rows, sides in zip(probed, folds, strict=True)]
        tuned = [one.is_right for one in judged]
        final = [
            _rung(NAMES[0], "a linear head on fixed features", rights, probe_seconds),
            _rung(f"{NAMES[1]} at {rate:g}", self._judged_on, tuned, seconds, rate=rate),
        ]
        winner = final[verdict.kept == NAMES[1]]
        return verdict, [rung.model_copy(update={"is_winner": rung is winner}) for rung in final]

    def finish(self, climbed: Climbed) -> tuple[Climbed, Fit | None, tuple[str, ...]]:
        """Train on all images with the best rate, or a smaller one where that goes astray.

        Nothing is left to validate with, so the training is held against those on the folds: its loss must come down
        as theirs did. A high rate can ruin a network in one run and not in another.

        Returns:
            What the folds say, with the rate that was used, or the probe as the winner; the training, None where every
            rate went astray; and what happened, as sentences.
        """
        notes: list[str] = []
        for rate in sorted((rate for rate in self.rates if rate <= climbed.rate), reverse=True):
            fit = self.trainer.train(self.rows, rate)
            loss = fit.trained.train_loss
            if loss <= _LOSS_FACTOR * climbed.train_loss + _LOSS_SLACK:
                return replace(climbed, rate=rate), fit, tuple(notes)
            notes.append(
                f"Trained on all images at {rate:g}, the loss ended at {loss:.3f}, on the folds at "
                f"{climbed.train_loss:.3f}: this training went astray and is not used."
            )
        return climbed.with_probe(), None, (*notes, "The probe is kept.")

    @property
    def _has_chosen(self) -> bool:
        """Whether the first fold chose a rate: then it does not judge it, unless it is the only one."""
        return len(self.rates) > 1 and len(self.folds) > 1

    @property
    def _tried_on(self) -> str:
        return f"tried {OWN}" if self.is_own else "tried on the first fold"

    @property
    def _judged_on(self) -> str:
        if self.is_own:
            return OWN
        return "the best of the rates, on the other folds" if self._has_chosen else "on all folds"

    def _answers(self, folds: Sequence[Sides], probabilities: Sequence[NDArray[np.float64]]) -> Predictions:
        manifest = self.manifest.select(np.concatenate([sides.validation for sides in folds]))
        return Predictions(
            paths=tuple(manifest.paths),
            labels=manifest.labels,
            probabilities=np.concatenate(probabilities),
            class_names=manifest.class_names,
            groups=manifest.known_groups,
        )


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
