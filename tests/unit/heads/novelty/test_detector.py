"""Where the line is drawn, what is kept, and what is said of it."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from regraft.core import HeadError, generator
from regraft.heads import (
    NOVELTY_MEASURES,
    ClassGaussians,
    FoldTable,
    KnownImages,
    NoveltyDetector,
    NoveltyMeasure,
    Rejection,
    fit_detector,
    separability,
)


@pytest.fixture
def known(draw_classes):
    features, labels = draw_classes(40, 3)
    scores = (6 * np.eye(3)[labels] + generator(0, "scores").standard_normal((120, 3))).astype(np.float32)
    return KnownImages(features, labels, np.arange(120), FoldTable.of(np.arange(120) % 5), scores)


@pytest.mark.parametrize("measure", NOVELTY_MEASURES)
def test_new_images_of_the_classes_are_rejected_at_the_stated_rate(measure, known, draw_classes):
    """Strangers nearly always; by each measure."""
    assert measure in get_args(NoveltyMeasure)
    detector, rejection = fit_detector(known, measure, reject_rate=0.1)
    assert isinstance(rejection, Rejection)
    assert rejection.is_rejected.mean() == pytest.approx(0.1, abs=0.02)
    features, labels = draw_classes(400, 3, seed=5)
    scores = 6 * np.eye(3)[labels] + generator(1, "scores").standard_normal((1200, 3))
    rate = detector.is_unknown(detector.novelty(features, scores)).mean()
    low, high = detector.threshold.band(np.arange(1200), confidence=0.99)
    assert low <= rate <= high
    strange, flat = draw_classes(100, 3, first=3)[0], np.zeros((300, 3))
    assert detector.is_unknown(detector.novelty(strange, flat)).mean() > 0.8


def test_each_image_is_judged_by_what_has_not_seen_it(known):
    """Classes learnt with the images themselves would call every image near."""
    detector, rejection = fit_detector(known)
    seen = detector.novelty(known.features, known.head_scores)
    assert separability(seen, rejection.novelty) > 0.9


def test_a_class_that_was_left_out_whole_says_nothing_of_the_rate(known):
    """Its images look strange to the other folds, because they are; but the detector knows the class."""
    labels = known.labels.copy()
    fold = np.arange(120) % 5
    labels[(labels == 2) & (fold > 0)] = 1
    detector, rejection = fit_detector(KnownImages(known.features, labels, known.units, known.folds, known.head_scores))
    assert np.array_equal(np.isnan(rejection.novelty), labels == 2)
    assert detector.threshold.n_images == (labels != 2).sum()
    assert len(detector.gaussians.means) == 3
    assert not np.isnan(rejection.curve()).any()
    folds = FoldTable.of(known.labels)
    with pytest.raises(HeadError, match="No class has images in two folds"):
        fit_detector(KnownImages(known.features, known.labels, known.units, folds, known.head_scores))


def test_the_curve_goes_from_nothing_to_everything(known):
    """Thresholds rise as fewer images are rejected; each share is that of the images above it."""
    _detector, rejection = fit_detector(known)
    curve = rejection.curve(11)
    assert (np.diff(curve[:, 0]) > 0).all()
    assert (curve[0, 1], curve[-1, 1]) == (1, 0)
    for threshold, rate in curve:
        assert (rejection.novelty > threshold).mean() == pytest.approx(rate)


@pytest.mark.parametrize("measure", NOVELTY_MEASURES)
def test_it_comes_back_from_its_parts(measure, known):
    """Arrays by name and JSON values."""
    detector, _rejection = fit_detector(known, measure)
    again = NoveltyDetector.from_parts(detector.tensors(), detector.settings())
    novelty = detector.novelty(known.features, known.head_scores)
    assert np.array_equal(again.novelty(known.features, known.head_scores), novelty)
    assert np.array_equal(again.is_unknown(novelty), detector.is_unknown(novelty))


def test_parts_of_no_detector_are_refused(known):
    """Unknown measures, missing settings, tensors where none belong, numbers that are none."""
    detector, _rejection = fit_detector(known)
    tensors, settings = detector.tensors(), detector.settings()
    for parts, others in [
        (tensors, {"measure": "energy"}),
        (tensors, settings | {"measure": "luck"}),
        (tensors, settings | {"measure": "energy"}),
        (tensors, settings | {"rest_weight": "heavy"}),
        (tensors, settings | {"rest_weight": float("inf")}),
        (tensors, settings | {"threshold": {}}),
        (tensors, settings | {"threshold": None}),
        ({}, settings),
    ]:
        with pytest.raises(HeadError):
            NoveltyDetector.from_parts(parts, others)


def test_one_fold_is_judged_by_what_it_left_out(draw_classes):
    """The classes' places are those of the images fitted on; the line is drawn on the others alone."""
    features, labels = draw_classes(80, 3)
    is_test = (np.arange(240) % 4 == 0)[:, None]
    known = KnownImages(features, labels, np.arange(240), FoldTable(~is_test, is_test), np.zeros((240, 0)))
    detector, rejection = fit_detector(known, reject_rate=0.1)
    fitted = ~is_test[:, 0]
    assert (detector.gaussians.means == ClassGaussians.fit(features[fitted], labels[fitted]).means).all()
    assert detector.threshold.n_images == 60
    assert (np.isnan(rejection.novelty) == fitted).all()
