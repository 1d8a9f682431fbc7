"""What is learnt from images that trained networks had not seen: probabilities, and sets of classes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from regraft.data import Manifest
from regraft.experiments import DatasetFeatures, Sides
from regraft.grafting import FinetuneOptions
from regraft.grafting.held_out import Confidence, HeldOut


def images(labels, groups=None):
    """As many images as there are labels."""
    n = len(labels)
    manifest = Manifest(
        Path("/"), tuple(map(str, range(n))), np.asarray(labels), ("a", "b", "c"), (None,) * n, groups or (None,) * n
    )
    digests = tuple(f"{number:064x}" for number in range(n))
    return DatasetFeatures(manifest, digests, np.zeros((n, 1), np.float32), (), 0, SimpleNamespace())


def held_out(n, *, factor, n_wrong=0):
    """What was said of n images of two classes: the truth, but for the first few, with scores that differ by factor."""
    labels = np.arange(n) % 2
    said = labels.copy()
    said[:n_wrong] = 1 - said[:n_wrong]
    scores = np.float32(factor) * np.eye(3, dtype=np.float32)[said]
    return images(labels), HeldOut("validation images", np.arange(n), scores)


def test_scores_that_are_too_sure_are_divided():
    """One in ten is wrong, and each was said to be right 999 times of 1,000."""
    data, held = held_out(200, factor=7, n_wrong=20)
    found = Confidence.learnt(held, data, FinetuneOptions())
    assert found.temperature == pytest.approx(7 / np.log(0.9 / 0.05), rel=0.1)
    assert found.sets.coverage == pytest.approx(0.9)
    assert found.sets.threshold.n_images == 200


def test_scores_of_which_nothing_can_be_learnt_stay():
    """None were held out; or they are of one group, so that no image could judge what the others say."""
    data, held = held_out(20, factor=7, n_wrong=2)
    assert Confidence.learnt(None, data, FinetuneOptions()) == Confidence()
    grouped = images(data.manifest.labels, groups=("one",) * 20)
    assert Confidence.learnt(held, grouped, FinetuneOptions()) == Confidence()


def test_classes_that_a_training_had_not_seen_say_nothing():
    """Neither of its probabilities nor of its sets."""
    labels = np.array([0, 1, 0, 1, 2])
    sides = Sides(np.array([0, 1]), np.array([2, 3, 4]))
    held = HeldOut.of("folds", [sides], [np.ones((3, 3), np.float32)], labels)
    assert held.rows.tolist() == [2, 3]
    assert len(held.scores) == 2
