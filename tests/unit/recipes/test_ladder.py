"""The last step of the ladder: a training that goes astray on all images is not used."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from regraft.recipes.finetuning import absent_classes
from regraft.recipes.fits import Sides
from regraft.recipes.ladder import Ladder


class Told(Ladder):
    """A ladder whose trainings end with losses that are known beforehand."""

    losses: dict

    def fit(self, _sides, rate, name):
        """The training with a rate."""
        return SimpleNamespace(trained=SimpleNamespace(train_loss=self.losses[rate]), name=name)


def finish(losses, *, fold_loss=0.2, rate=1e-3):
    """The end of a ladder whose best rate is `rate`."""
    shop = SimpleNamespace(rows=np.arange(10))
    ladder = Told(shop, None, SimpleNamespace(rates=tuple(losses)), None)
    ladder.losses = losses
    return ladder.finish(SimpleNamespace(rate=rate, train_loss=fold_loss))


def test_a_training_like_those_on_the_folds_is_kept():
    """With the best rate, and nothing to say."""
    fit, notes = finish({1e-3: 0.21, 3e-4: 0.3, 3e-3: 9.0})
    assert (fit.name, notes) == ("final-0.001", ())


def test_one_that_went_astray_is_made_again_with_a_smaller_rate():
    """The sentence has both losses; a larger rate is never tried."""
    fit, notes = finish({1e-3: 2.0, 3e-4: 0.25, 3e-3: 0.1})
    assert fit.name == "final-0.0003"
    assert notes == (
        "Trained on all images at 0.001, the loss ended at 2.000, on the folds at 0.200: this training went astray and "
        "is not used.",
    )


def test_where_all_go_astray_the_probe_is_kept():
    """And it is said."""
    fit, notes = finish({1e-3: float("inf"), 3e-4: 2.0})
    assert fit is None
    assert len(notes) == 3
    assert notes[-1] == "The probe is kept."


@pytest.mark.parametrize(("validation", "sentences"), [([0, 1], 0), ([2, 3], 1)])
def test_a_class_that_training_does_not_show_is_named(validation, sentences):
    """It cannot be learnt."""
    data = SimpleNamespace(manifest=SimpleNamespace(labels=np.array([0, 1, 0, 2]), class_names=("ant", "bee", "cow")))
    said = absent_classes(data, Sides(np.array([0, 1]), np.array(validation)))
    assert len(said) == sentences
    assert all("1 class (cow)" in sentence for sentence in said)
