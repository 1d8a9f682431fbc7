"""Features in two dimensions, and typical images."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.evaluation import Predictions, map_features


def predictions_of(labels):
    """Images of three classes, the first of which is taken for the second class."""
    labels = np.asarray(labels)
    said = labels.copy()
    said[0] = (labels[0] + 1) % 3
    probabilities = np.where(np.arange(3) == said[:, None], 0.8, 0.1)
    return Predictions(tuple(f"{row}.png" for row in range(len(labels))), labels, probabilities, ("a", "b", "c"))


def test_the_directions_are_the_principal_ones():
    """Places and the share of the variance are those of a singular value decomposition, up to the axes' signs."""
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    features = (rng.normal(size=(60, 40)) + 4 * np.eye(3, 40)[labels]).astype(np.float32)
    found = map_features(features, predictions_of(labels))
    rows = features / np.linalg.norm(features, axis=1, keepdims=True)
    left, values, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    expected = np.abs(left[:, :2] * values[:2])
    np.testing.assert_allclose(np.abs([(one.x, one.y) for one in found.points]), expected, atol=2e-3)
    assert found.share == pytest.approx(np.square(values[:2]).sum() / np.square(values).sum(), rel=1e-3)
    assert [point.path for point in found.points if point.path] == ["0.png"]


def test_the_typical_image_is_like_the_others_of_its_class():
    """The one that is unlike them is the least typical; a class of two has none."""
    features = np.array([[1, 0], [1, 0.1], [1, -0.1], [0, 1], [0, 1], [0.1, 1]], np.float32)
    labels = [0, 0, 0, 0, 1, 1]
    [typical] = map_features(features, predictions_of(labels)).typical
    assert (typical.class_name, typical.least) == ("a", "3.png")
    assert typical.most in {"0.png", "1.png"}


def test_neighbours_stay_neighbours():
    """By t-SNE, each image is nearest to one of its class, of many and of few images, and the same each time."""
    rng = np.random.default_rng(0)
    for n in (90, 9):
        labels = np.arange(n) % 3
        features = (rng.normal(size=(n, 40)) / 4 + 4 * np.eye(3, 40)[labels]).astype(np.float32)
        found = map_features(features, predictions_of(labels), kind="tsne")
        places = np.array([(one.x, one.y) for one in found.points])
        distances = np.linalg.norm(places[:, None] - places, axis=2) + np.diag(np.full(n, np.inf))
        np.testing.assert_array_equal(labels[distances.argmin(axis=1)], labels)
        assert (found.kind, found.share) == ("tsne", None)
        assert map_features(features, predictions_of(labels), kind="tsne") == found


@pytest.mark.parametrize("features", [np.zeros((5, 4)), np.ones((3, 1))], ids=["zeros", "one"])
def test_neighbours_of_strange_features(features):
    """Where all images are alike, they have places."""
    found = map_features(features.astype(np.float32), predictions_of(np.arange(len(features)) % 3), kind="tsne")
    assert np.isfinite([(one.x, one.y) for one in found.points]).all()


@pytest.mark.parametrize("features", [np.zeros((5, 4)), np.ones((3, 1)), np.eye(2500, 3)], ids=["zeros", "one", "many"])
def test_strange_features_are_no_fault(features):
    """All alike, in one dimension, or more images than are shown."""
    found = map_features(features.astype(np.float32), predictions_of(np.arange(len(features)) % 3))
    assert len(found.points) == min(len(features), 1000)
    assert 0 <= found.share <= 1
    assert map_features(np.ones((2, 3), np.float32), predictions_of([0, 1])) is None
