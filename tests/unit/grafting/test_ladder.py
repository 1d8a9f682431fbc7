"""The ladder: what judges, and what happens to a training that goes astray on all images."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from regraft.core import DataError
from regraft.data import Manifest
from regraft.evaluation import Verdict
from regraft.experiments.portions import Sides
from regraft.grafting.ladder import Climbed, Ladder
from regraft.grafting.sides import Judged
from regraft.reports import Rung


class Told(Ladder):
    """A ladder whose trainings end with losses that are known beforehand."""

    losses: dict

    def fit(self, _sides, rate, name):
        """The training with a rate."""
        return SimpleNamespace(trained=SimpleNamespace(train_loss=self.losses[rate]), name=name)


def climbed(rate=1e-3, fold_loss=0.2):
    """What folds may have said: fine-tuning is better."""
    rungs = tuple(
        Rung(name=name, description="", validation=0.9, seconds=1, is_winner=name != "probe")
        for name in ("probe", "fine-tuning at 0.001")
    )
    verdict = Verdict(kept="fine-tuning", sentence="Better.", difference=0.1, low=0.05, high=0.2, n_images=9)
    return Climbed(rungs, verdict, rate, np.zeros((9, 2), np.float32), np.zeros(9, np.int64), fold_loss)


def finish(losses):
    """The end of a ladder whose best rate is .001."""
    shop = SimpleNamespace(rows=np.arange(10))
    ladder = Told(shop, None, SimpleNamespace(rates=tuple(losses)), None)
    ladder.losses = losses
    return ladder.finish(climbed())


def test_a_training_like_those_on_the_folds_is_kept():
    """With the best rate, and nothing to say."""
    found, fit, notes = finish({1e-3: 0.21, 3e-4: 0.3, 3e-3: 9.0})
    assert (fit.name, notes, found.rate, found.is_worth_it) == ("final-0.001", (), 1e-3, True)


def test_one_that_went_astray_is_made_again_with_a_smaller_rate():
    """The sentence has both losses; a larger rate is never tried; the report is told of the rate."""
    found, fit, notes = finish({1e-3: 2.0, 3e-4: 0.25, 3e-3: 0.1})
    assert (fit.name, found.rate) == ("final-0.0003", 3e-4)
    assert notes == (
        "Trained on all images at 0.001, the loss ended at 2.000, on the folds at 0.200: this training went astray and "
        "is not used.",
    )


def test_where_all_go_astray_the_probe_is_kept():
    """It is said, and the verdict and the ladder say the same."""
    found, fit, notes = finish({1e-3: float("inf"), 3e-4: 2.0})
    assert fit is None
    assert len(notes) == 3
    assert notes[-1] == "The probe is kept."
    assert not found.is_worth_it
    assert found.verdict.sentence.endswith("went astray: the probe is kept.")
    assert [rung.name for rung in found.rungs if rung.is_winner] == ["probe"]


class Known(Ladder):
    """A ladder whose answers are known beforehand: fine-tuning is right everywhere, the probe never."""

    def _folds(self):
        return [Sides(np.arange(6), np.arange(6, 9)), Sides(np.arange(6), np.arange(9, 12))]

    def _probe(self, sides):
        return np.tile([0.1, 0.9], (len(sides.validation), 1))

    def _judge(self, sides, rate, _fold):
        scores = np.tile(np.array([rate * 1e3, 0.0], np.float32), (len(sides.validation), 1))
        return Judged(scores, np.zeros(len(sides.validation), np.int64), 1.0, 0.1)


@pytest.mark.parametrize(("rates", "n_judged"), [((1e-3,), 6), ((1e-3, 2e-3), 3)])
def test_a_fold_that_chose_a_rate_does_not_judge_it(rates, n_judged):
    """With one rate all folds judge; with several the first one chooses."""
    manifest = Manifest(
        Path("/"), tuple(map(str, range(12))), np.zeros(12, np.int64), ("a", "b"), (None,) * 12, (None,) * 12
    )
    shop = SimpleNamespace(data=SimpleNamespace(manifest=manifest))
    found = Known(shop, None, SimpleNamespace(rates=rates), None).climb()
    assert found.verdict.n_images == n_judged
    assert len(found.scores) == len(found.labels) == 6
    assert found.rate == max(rates)
    assert [rung.name for rung in found.rungs[-2:]] == ["probe", f"fine-tuning at {max(rates):g}"]


def test_validation_images_of_the_users_judge_all_rates():
    """No folds; the training that they judged is the one that is kept, and is not made again."""
    manifest = Manifest(
        Path("/"), tuple(map(str, range(12))), np.zeros(12, np.int64), ("a", "b"), (None,) * 12, (None,) * 12
    )
    shop = SimpleNamespace(data=SimpleNamespace(manifest=manifest), rows=np.arange(12))
    own = Sides(np.arange(8), np.arange(8, 12))
    ladder = Owned(shop, None, SimpleNamespace(rates=(1e-3, 2e-3)), None, own=own)
    found = ladder.climb()
    assert found.verdict.n_images == len(found.labels) == 4
    assert [rung.description for rung in found.rungs] == [
        "tried on your validation images",
        "tried on your validation images",
        "a linear head on fixed features",
        "on your validation images",
    ]
    _found, fit, _notes = ladder.finish(found)
    assert fit.name == "fold0-0.002"
    assert fit.rows.tolist() == list(range(8))


class Owned(Ladder):
    """As `Known`, with the folds that the ladder itself takes."""

    _probe, _judge = Known._probe, Known._judge

    def fit(self, sides, _rate, name):
        """Which training is asked for."""
        return SimpleNamespace(trained=SimpleNamespace(train_loss=0.1), name=name, rows=sides.train)


def test_without_a_fold_that_can_judge_the_way_on_is_named():
    """One image of each class: every fold leaves one class to train on."""
    manifest = Manifest(Path("/"), ("a", "b"), np.array([0, 1]), ("a", "b"), (None, None), (None, None))
    data = SimpleNamespace(manifest=manifest, digests=("0" * 64, "1" * 64))
    ladder = Ladder(SimpleNamespace(data=data, rows=np.arange(2)), None, SimpleNamespace(ladder_folds=2, seed=0), None)
    with pytest.raises(DataError, match="use regraft finetune"):
        ladder.climb()
