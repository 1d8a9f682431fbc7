"""Whether the test images differ from the training images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from regraft.auditing import AuditedImages, NotChecked, find_shift
from regraft.data import LOOK


def divided_images(n=400, *, shift=0.0, n_groups=None):
    """Images with features by chance, every fourth one in the test; those of the test are moved."""
    rng = np.random.default_rng(0)
    is_test = np.arange(n) % 4 == 0
    features = rng.normal(size=(n, 40)).astype(np.float32) + 3
    features[is_test, :5] += shift
    looks = np.zeros(n, LOOK)
    looks["format"], looks["width"], looks["height"] = b"JPEG", 64, 64
    looks["brightness"] = rng.uniform(60, 180, n)
    return AuditedImages(
        paths=tuple(f"{row}.jpg" for row in range(n)),
        labels=rng.integers(0, 2, n),
        class_names=("cat", "dog"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=tuple("test" if flag else "train" for flag in is_test),
        groups=(None,) * n if n_groups is None else tuple(f"{row % n_groups}" for row in range(n)),
        looks=looks,
        features=features,
    )


def test_sides_that_were_dealt_by_chance_do_not_differ():
    """No finding; without a split, or with three test images, it is said that nothing can be."""
    images = divided_images()
    assert find_shift(images) == ()
    with pytest.raises(NotChecked, match="the images have no split"):
        find_shift(replace(images, sides=(None,) * 400))
    with pytest.raises(NotChecked, match="it takes 10 independent test images, and there are 3"):
        find_shift(replace(images, sides=("test",) * 3 + ("train",) * 397))


def test_moved_features_are_told_with_the_images_that_are_least_like_training():
    """The finding counts the pairs that are told apart, and its cases are test images, the most unlike first."""
    images = divided_images(shift=1.5)
    (finding,) = find_shift(images)
    assert (finding.kind, finding.code, finding.severity) == ("shift", "train_test_differ", "warning")
    assert finding.evidence["told_apart_by_features"] > 0.9
    assert {images.sides[int(case.paths[0].removesuffix(".jpg"))] for case in finding.cases} == {"test"}
    scores = [case.score for case in finding.cases]
    assert scores == sorted(scores, reverse=True)


def test_a_field_alone_tells_the_sides_apart():
    """Test images of another format, or of other classes, are told without features."""
    images = replace(divided_images(), features=None)
    is_test = np.array([side == "test" for side in images.sides])
    images.looks["format"][is_test] = b"PNG"
    (finding,) = find_shift(images)
    assert "the file format alone (100 of 100)" in finding.message
    images.looks["format"] = b"JPEG"
    images.labels[:] = np.where(is_test, np.arange(400) % 8 == 0, images.labels)
    images.labels[is_test] = 0
    (finding,) = find_shift(images)
    assert "the class alone" in finding.message


def test_a_few_objects_are_no_proof_of_a_shift():
    """Features that go with the object differ between sides of a few objects, as chance makes them."""
    images = divided_images(n_groups=24)
    objects = np.array([int(group) for group in images.groups])
    rng = np.random.default_rng(4)
    features = rng.normal(size=(24, 40))[objects] + 0.1 * rng.normal(size=(400, 40)) + 3
    sides = tuple("test" if number < 12 else "train" for number in objects)
    assert find_shift(replace(images, sides=sides, features=features.astype(np.float32))) == ()
