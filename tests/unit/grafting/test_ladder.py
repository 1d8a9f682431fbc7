"""The ladder: what judges, and what happens to a training that goes astray on all images."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from regraft.core import DataError
from regraft.data import Manifest
from regraft.experiments import Sides
from regraft.grafting import Ladder
from regraft.grafting.sides import Judged, training_folds

N_IMAGES = 12
FOLDS = (Sides(np.arange(6), np.arange(6, 9)), Sides(np.arange(6), np.arange(9, N_IMAGES)))
MANIFEST = Manifest(
    Path("/"),
    tuple(map(str, range(N_IMAGES))),
    np.zeros(N_IMAGES, np.int64),
    ("a", "b"),
    (None,) * N_IMAGES,
    (None,) * N_IMAGES,
)


@dataclass
class KnownTrainer:
    """Its answers are known beforehand: fine-tuning is right everywhere, the more so at a high rate; the probe never.

    Attributes:
        losses: What trainings on all images end with, by rate; on folds it is 0.2.
        asked: What was trained on all images, in turn.
    """

    losses: dict[float, float] = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def probe(self, sides):
        return np.tile([0.1, 0.9], (len(sides.validation), 1))

    def judge(self, sides, rate, _fold):
        scores = np.tile(np.array([rate * 1e3, 0.0], np.float32), (len(sides.validation), 1))
        return Judged(scores, np.zeros(len(sides.validation), np.int64), seconds=1.0, train_loss=0.2)

    def train(self, rows, rate):
        self.asked.append((rate, rows.tolist()))
        return SimpleNamespace(trained=SimpleNamespace(train_loss=self.losses.get(rate, 0.2)))


def ladder(rates, trainer=None, folds=FOLDS, **more):
    """A ladder on twelve images."""
    return Ladder(trainer or KnownTrainer(), MANIFEST, folds, np.arange(N_IMAGES), rates, **more)


def finished(losses, best=1e-3):
    """The end of a ladder with these rates, of which the folds found one the best; and what was trained for it."""
    trainer = KnownTrainer(losses)
    climbed = ladder((best,)).climb()
    return *ladder(tuple(losses), trainer).finish(climbed), [rate for rate, _rows in trainer.asked]


def test_a_training_like_those_on_the_folds_is_kept():
    """With the best rate, and nothing to say."""
    found, fit, notes, asked = finished({1e-3: 0.21, 3e-4: 0.3, 3e-3: 9.0})
    assert fit.trained.train_loss == 0.21
    assert (notes, found.rate, found.is_worth_it, asked) == ((), 1e-3, True, [1e-3])


def test_one_that_went_astray_is_made_again_with_a_smaller_rate():
    """The sentence has both losses; a larger rate is never tried; the report is told of the rate."""
    found, fit, notes, asked = finished({1e-3: 2.0, 3e-4: 0.25, 3e-3: 0.1})
    assert fit.trained.train_loss == 0.25
    assert (found.rate, asked) == (3e-4, [1e-3, 3e-4])
    assert notes == (
        "Trained on all images at 0.001, the loss ended at 2.000, on the folds at 0.200: this training went astray and "
        "is not used.",
    )


def test_where_all_go_astray_the_probe_is_kept():
    """It is said, and the verdict and the ladder say the same."""
    found, fit, notes, _asked = finished({1e-3: float("inf"), 3e-4: 2.0})
    assert fit is None
    assert len(notes) == 3
    assert notes[-1] == "The probe is kept."
    assert not found.is_worth_it
    assert found.verdict.sentence.endswith("went astray: the probe is kept.")
    assert [rung.name for rung in found.rungs if rung.is_winner] == ["probe"]


@pytest.mark.parametrize(("rates", "n_judged"), [((1e-3,), 6), ((1e-3, 2e-3), 3)])
def test_a_fold_that_chose_a_rate_does_not_judge_it(rates, n_judged):
    """With one rate all folds judge; with several the first one chooses."""
    found = ladder(rates).climb()
    assert found.verdict.n_images == n_judged
    assert len(found.held.scores) == len(found.held.rows) == 6
    assert found.rate == max(rates)
    assert [rung.name for rung in found.rungs[-2:]] == ["probe", f"fine-tuning at {max(rates):g}"]
    assert [rung.is_winner for rung in found.rungs[-2:]] == [not found.is_worth_it, found.is_worth_it]


def test_validation_images_of_the_users_judge_all_rates():
    """No folds, and what is kept is trained on the same images as what they judged."""
    own = Sides(np.arange(8), np.arange(8, N_IMAGES))
    trainer = KnownTrainer()
    with_own = Ladder(trainer, MANIFEST, [own], own.train, (1e-3, 2e-3), is_own=True)
    found = with_own.climb()
    assert found.verdict.n_images == len(found.held.rows) == 4
    assert [rung.description for rung in found.rungs] == [
        "tried on your validation images",
        "tried on your validation images",
        "a linear head on fixed features",
        "on your validation images",
    ]
    with_own.finish(found)
    assert trainer.asked == [(2e-3, list(range(8)))]


def test_without_a_fold_that_can_judge_the_way_on_is_named():
    """One image of each class: every fold leaves one class to train on."""
    manifest = Manifest(Path("/"), ("a", "b"), np.array([0, 1]), ("a", "b"), (None, None), (None, None))
    data = SimpleNamespace(manifest=manifest, digests=("0" * 64, "1" * 64))
    with pytest.raises(DataError, match="use regraft finetune"):
        training_folds(data, np.arange(2), n_folds=2, seed=0)
