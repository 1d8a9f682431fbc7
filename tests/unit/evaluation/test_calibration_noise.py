"""Chance alone gives a calibration error."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator
from regraft.evaluation import CalibrationNoise, Predictions, simulate_calibration


def draw(n, *, seed, temperature=1.0, groups=None):
    """Predictions whose truth is drawn from their own probabilities, or from flatter ones."""
    rng = generator(seed, "images")
    n_units = n if groups is None else n // groups
    scores, chance = 2 * rng.standard_normal((n_units, 4)), rng.random((n_units, 1))
    scores, chance = (np.repeat(one, n // n_units, axis=0) for one in (scores, chance))

    def softmax(z):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    labels = (softmax(scores / temperature).cumsum(axis=1) < chance).sum(axis=1)
    return Predictions(
        paths=tuple(str(row) for row in range(n)),
        labels=labels,
        probabilities=softmax(scores),
        class_names=tuple("abcd"),
        groups=None if groups is None else tuple(str(row // groups) for row in range(n)),
    )


@pytest.mark.parametrize("groups", [None, 4])
def test_right_probabilities_are_no_worse_than_chance(groups):
    """In 19 of 20 samples, also where images of a group are right or wrong together."""
    found = [simulate_calibration(draw(200, seed=seed, groups=groups)) for seed in range(40)]
    assert sum(one.is_chance for one in found) >= 34
    assert all(one.is_chance == (one.p_value >= 0.05) for one in found if abs(one.p_value - 0.05) > 0.01)
    assert np.mean([one.error for one in found]) == pytest.approx(np.mean([one.mean for one in found]), rel=0.15)


def test_probabilities_that_are_too_sure_are_found():
    """Sure twice as much as is justified."""
    noise = simulate_calibration(draw(400, seed=0, temperature=2.0))
    assert isinstance(noise, CalibrationNoise)
    assert not noise.is_chance
    assert noise.p_value < 0.01
    assert noise.error > noise.high > noise.mean > 0


def test_the_noise_floor_sinks_with_the_images():
    """Four times as many have half of it; and groups have more than as many single images."""
    few, many = simulate_calibration(draw(200, seed=0)), simulate_calibration(draw(800, seed=0))
    assert many.mean < 0.65 * few.mean
    assert simulate_calibration(draw(200, seed=0, groups=10)).mean > 1.5 * few.mean
    assert simulate_calibration(draw(200, seed=0)) == few
