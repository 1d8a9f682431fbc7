"""Classes of a few independent images: what more would bring them, which no curve of theirs shows."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages, MeasuredCurve, measure_curve
from regraft.auditing.curve_forecast import forecast

N_SIZES = 5


def curve_of(n_units, right, n_classes=40):
    """Classes of so many units of one image each, so many of which are told right whatever part is learnt from."""
    n_own = n_units - max(1, n_units / 5)
    is_right = np.repeat(np.arange(n_units * n_classes)[:, None] < right * n_units * n_classes, N_SIZES, axis=1)
    units = np.arange(len(is_right))
    return MeasuredCurve(100.0 * 2 ** np.arange(N_SIZES), is_right.astype(float), units, np.full(is_right.shape, n_own))


def joined(*curves):
    """Of the images of all of them."""
    columns = [np.concatenate([getattr(curve, name) for curve in curves]) for name in ("is_right", "n_own")]
    return MeasuredCurve(curves[0].sizes, columns[0], np.arange(len(columns[0])), columns[1])


def test_of_two_units_twice_as_many_teach_three_where_there_was_one():
    """A flat curve is no floor: odds of 1/3 about treble, less as units come by chance; the band knows how little."""
    told = forecast(curve_of(2, 0.25), 2)
    assert 0.42 < told.accuracy < 0.5
    assert 0 < told.gain_low < told.gain < told.gain_high


def test_where_each_class_has_as_many_units_as_folds_a_flat_curve_stays_flat():
    """There the curve shows what more would bring."""
    assert abs(forecast(curve_of(5, 0.25), 2).gain) < 0.01


def test_a_class_of_one_unit_gains_what_others_show_of_one():
    """Nothing is right now; with as many again most have one to learn from, or few where most classes are so rare."""
    of_two = curve_of(2, 0.5)
    gains = []
    for n in (4, 160):
        both = forecast(joined(of_two, curve_of(1, 0, n)), 2)
        gains.append(((80 + n) * both.accuracy - 80 * forecast(of_two, 2).accuracy) / n)
    assert 0.25 < gains[0] < 0.5
    assert 0.1 < gains[1] < gains[0]


def test_as_many_images_as_there_are_change_nothing():
    """A factor of one is what was measured."""
    told = forecast(joined(curve_of(1, 0), curve_of(3, 0.6), curve_of(6, 0.8)), 1)
    assert told.gain == pytest.approx(0, abs=0.01)


def test_units_of_an_image_s_own_class_are_counted():
    """One of two is learnt from whatever the size; of ten, eight at last."""
    labels = np.repeat([0, 1, 2], [10, 10, 2]).repeat(4)
    groups = tuple(f"g{row // 4}" for row in range(len(labels)))
    names = tuple(f"{row:064x}" for row in range(len(labels)))
    features = np.random.default_rng(0).standard_normal((len(labels), 6)).astype(np.float32)
    nothing = (None,) * len(labels)
    images = AuditedImages(names, labels, ("a", "b", "c"), names, nothing, groups, features=features)
    measured = measure_curve(images, n_repeats=1)
    assert np.all(measured.n_own[labels == 2] == 1)
    assert np.all(measured.n_own[labels < 2, -1] == 8)
    assert measured.n_own[labels < 2, 0].max() < 8
