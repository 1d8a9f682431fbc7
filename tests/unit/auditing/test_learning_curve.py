"""Accuracy against images: nested parts with every class, a power law, and no promise beyond twice the images."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import (
    AuditedImages,
    Forecast,
    LearningCurve,
    MeasuredCurve,
    NotChecked,
    measure_curve,
    tell_curve,
)
from regraft.auditing.curve_forecast import forecast
from regraft.core import generator


def images_of(n=240, n_classes=3, noise=1.5, n_groups=None):
    """Images of classes that overlap; in groups where that is asked for."""
    rng = generator(0, "curve test")
    labels = np.arange(n) % n_classes
    features = 2 * np.eye(n_classes, 12)[labels] + noise * rng.standard_normal((n, 12))
    groups = (None,) * n if n_groups is None else tuple(f"g{row // n_classes % n_groups}" for row in range(n))
    return AuditedImages(
        paths=tuple(f"{row}.png" for row in range(n)),
        labels=labels,
        class_names=tuple("abcdefgh"[:n_classes]),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=groups,
        features=features.astype(np.float32),
    )


def curve_like(errors, n=4000):
    """A measured curve with these errors at sizes that double."""
    sizes = 100.0 * 2 ** np.arange(len(errors))
    is_right = np.stack([np.arange(n) >= round(error * n) for error in errors], axis=1).astype(float)
    return MeasuredCurve(sizes, is_right, np.arange(n), np.tile(sizes / 2, (n, 1)))


def test_points_grow_to_all_images_and_every_class_is_in_each():
    """The last size is what the folds leave; more images are better here; each image is judged as often."""
    measured = measure_curve(images_of(), n_repeats=2, n_folds=4)
    assert np.all(np.diff(measured.sizes) > 0)
    assert measured.sizes[-1] == pytest.approx(180)
    assert measured.sizes[0] >= 4 * 3
    assert measured.accuracies[-1] > measured.accuracies[0] > 1 / 3
    assert set(np.unique(measured.is_right)) <= {0.0, 0.5, 1.0}


def test_groups_stay_whole():
    """An image's group is never partly in the training part that judges it, so units are as many as groups."""
    measured = measure_curve(images_of(n_groups=20), n_repeats=1)
    assert len(np.unique(measured.units)) == 20


def test_too_few_images_have_no_curve():
    """It is said how many it takes."""
    with pytest.raises(NotChecked, match="it takes 40 images, and there are 39"):
        measure_curve(images_of(39))
    with pytest.raises(NotChecked, match="it takes 10 independent images, and there are 4"):
        measure_curve(images_of(n_groups=4))


def test_no_error_among_a_few_images_is_no_proof_that_there_will_be_none():
    """The band reaches down as far as so few images allow."""
    few, many = (forecast(curve_like([0.0] * 7, n), 2) for n in (40, 4000))
    assert few.low < 0.98
    assert many.low > 0.995
    assert few.high == many.high == 1


def test_classes_that_are_too_small_are_named():
    """What twice as many images would bring them is not told, and that is."""
    images = images_of(120)
    images.labels[:] = np.where(np.arange(120) < 12, 2, np.arange(120) % 2)
    measured = measure_curve(images, n_repeats=1)
    told = tell_curve(images, measured, n_repeats=1)
    assert {one.name for one in told.classes} == {"a", "b"}
    assert told.omission.startswith("1 class of 3 has fewer than 20 independent images")
    assert tell_curve(images_of(), measure_curve(images_of(), n_repeats=1), n_repeats=1).omission == ""


def test_a_power_law_is_carried_on_as_it_runs():
    """Errors of .4 / sqrt(m) give the next one; the interval holds it and is not absurdly wide."""
    errors = [0.4 / np.sqrt(2) ** place for place in range(7)]
    told = forecast(curve_like(errors), 2)
    assert told.accuracy == pytest.approx(1 - 0.4 / np.sqrt(2) ** 7, abs=0.006)
    assert told.low < told.accuracy < told.high
    assert told.gain_low < told.gain < told.gain_high
    assert told.high - told.low < 0.05


def test_a_flat_curve_promises_nothing():
    """Where more images have brought nothing, none is promised, and no class is named."""
    curve = curve_like([0.25] * 6)
    assert abs(forecast(curve, 2).gain) < 0.004
    told = tell_curve(images_of(n=4000), curve, n_repeats=1)
    assert isinstance(told, LearningCurve)
    assert isinstance(told.next, Forecast)
    assert " may change nothing: " in told.sentence
    assert "gain most" not in told.sentence


@pytest.mark.parametrize("factor", [0.5, 3])
def test_no_curve_is_carried_too_far(factor):
    """Few points exaggerate what lies beyond twice the images; that is refused, not guessed."""
    with pytest.raises(ValueError, match="2 times as far"):
        forecast(curve_like([0.3, 0.2, 0.15]), factor)


def test_the_sentence_names_a_number_of_images_that_can_be_taken():
    """A round number a class, not more than there are; JSON holds all of it."""
    images = images_of(n=360)
    told = tell_curve(images, measure_curve(images, n_repeats=1), n_repeats=1)
    assert told.n_more in (50, 20)
    assert told.sentence.startswith(f"Another {told.n_more} images a class ")
    assert LearningCurve.model_validate_json(told.model_dump_json()) == told
    assert [one.name for one in told.classes] == sorted(
        [one.name for one in told.classes], key=lambda name: -next(x.gain for x in told.classes if x.name == name)
    )
