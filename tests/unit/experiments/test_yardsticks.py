"""What classifiers are measured on is listed and hashed once, and holds nothing that they cannot know."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from regraft.core import DataError, SilentProgress
from regraft.data import SourceOptions
from regraft.experiments import Yardstick


@pytest.fixture
def images(tmp_path):
    """Two classes in train and test."""
    for number, place in enumerate(("train/cat", "train/dog", "test/cat")):
        (tmp_path / place).mkdir(parents=True)
        Image.fromarray(np.full((4, 4, 3), number, np.uint8)).save(tmp_path / place / "1.png")
    return str(tmp_path)


@pytest.mark.parametrize(("split", "n_images"), [("all", 3), ("train", 2), ("test", 1)])
def test_a_split_is_measured_alone(images, split, n_images):
    """One split, or all; the files are hashed once, when there is something to measure."""
    yardstick = Yardstick.of(images, SourceOptions(), split, SilentProgress())
    assert len(yardstick.manifest) == n_images
    assert yardstick.prints is None
    hashed = yardstick.hashed()
    assert len(set(hashed.prints.digests)) == n_images
    assert hashed.hashed() is hashed
    assert list(hashed.watch.seconds) == ["list images", "hash files"]


def test_a_split_without_images_is_a_sentence(images):
    """It says how many there are in all."""
    with pytest.raises(DataError, match=r"^No image is in the split 'val'. Leave --split out to use all 3 images.$"):
        Yardstick.of(images, SourceOptions(), "val", SilentProgress())


def test_classes_that_a_classifier_does_not_know_are_named(images, tmp_path):
    """Before it is asked for features; what it does know is said, ten at the most."""
    yardstick = Yardstick.of(images, SourceOptions(), "all", SilentProgress())
    classifier = SimpleNamespace(class_names=("cat", *(f"bird {number}" for number in range(20))))
    sentence = (
        r"^1 of the images' classes are unknown to the classifier \(first: 'dog'\). It knows: cat, .*bird 8, ...$"
    )
    with pytest.raises(DataError, match=sentence):
        yardstick.measure(tmp_path, classifier, lambda _digests: None, SourceOptions(), place="x")
