"""A temperature is used where it helps images that it was not fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator
from regraft.heads import Calibration, Candidates, FoldTable, calibrate, cross_validate, fit_temperature, softmax


def draw(n, temperature, seed=0):
    """Scores, and classes drawn from their probabilities at a temperature."""
    rng = generator(seed, "scores")
    scores = 3 * rng.standard_normal((n, 4))
    return scores, (softmax(scores / temperature).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_it_is_used_where_it_helps(temperature):
    """The temperature is that of all images, the log losses are those of folds; weights count."""
    scores, codes = draw(400, temperature)
    found = calibrate(scores, codes, FoldTable.of(np.arange(400) % 5))
    assert found.is_used
    assert found.temperature == pytest.approx(fit_temperature(scores, codes), rel=0.02)
    assert found.temperature == pytest.approx(temperature, rel=0.2)
    assert found.log_loss_after < found.log_loss_before
    own = softmax(scores)[np.arange(400), codes]
    assert found.log_loss_before == pytest.approx(-np.log(own).mean())
    assert found.reason.startswith("Scores are divided by a temperature of ")
    weights = (np.arange(400) % 2).astype(np.float64)
    odd = calibrate(scores[1::2], codes[1::2], FoldTable.of(np.arange(1, 400, 2) % 5))
    weighted = calibrate(scores, codes, FoldTable.of(np.arange(400) % 5), weights)
    assert weighted.temperature == pytest.approx(odd.temperature, rel=0.02)
    assert weighted.log_loss_after == pytest.approx(odd.log_loss_after, rel=0.02)


def test_images_that_are_all_right_do_not_make_it_sure_of_everything():
    """What is known of temperatures holds the probabilities below 1."""
    codes = np.arange(100) % 4
    scores = np.eye(4)[codes] * generator(0, "scores").uniform(1, 3, (100, 1))
    found = calibrate(scores, codes, FoldTable.of(np.arange(100) % 5))
    assert found.is_used
    assert 0.1 < found.temperature < fit_temperature(scores, codes, prior_spread=0.3) < 1
    assert softmax(scores / found.temperature).max() < 1


def test_it_is_not_used_where_it_makes_the_log_loss_worse():
    """Right probabilities of few images: what suits one half is chance, and does not suit the other."""
    found = []
    for seed in range(40):
        scores, codes = draw(20, 1.0, seed)
        found.append(calibrate(scores, codes, FoldTable.of(np.arange(20) % 2)))
    unused = [one for one in found if not one.is_used]
    assert 10 < len(unused) < 40
    assert all(one.temperature == 1 and one.log_loss_after > one.log_loss_before for one in unused)
    assert unused[0].reason.startswith("Scores are not divided by a temperature: it would bring the log loss")


def test_each_fold_is_judged_by_the_others():
    """One fold's scores are turned round: what helps the others harms it."""
    scores, codes = draw(400, 1.0)
    fold = np.arange(400) % 2
    scores[fold == 1] *= 8
    found = calibrate(scores, codes, FoldTable.of(fold))
    assert not found.is_used


def test_a_search_says_what_calibration_does():
    """For both heads; a support vector machine's scores need it most. One fold alone cannot judge, and uses it."""
    rng = generator(0, "test")
    labels = np.arange(200) % 4
    features = (rng.standard_normal((200, 10)) + 1.5 * np.eye(4, 10)[labels]).astype(np.float32)
    for kind in ("softmax", "svm"):
        candidates = Candidates(kind, normalisations=("l2",), strengths=(10.0,))
        found = cross_validate(features, labels, FoldTable.of(np.arange(200) % 5), candidates)
        assert isinstance(found.calibration, Calibration)
        assert found.temperature == found.calibration.temperature
        assert found.calibration.is_used == (found.calibration.log_loss_after <= found.calibration.log_loss_before)
    assert found.calibration.is_used
    table = FoldTable.of(np.arange(200) % 5)
    alone = FoldTable(table.is_train[:, :1], table.is_test[:, :1])
    calibration = cross_validate(features, labels, alone, candidates).calibration
    assert calibration.is_used
    assert calibration.log_loss_before == calibration.log_loss_after
