"""Distances to classes, relative to those to all images."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from regraft.core import HeadError, generator
from regraft.heads import ClassGaussians, normalise_rows, separability


def test_strangers_lie_further_than_new_images_of_the_classes(draw_classes):
    """Other classes of the same kind, and what has nothing in common with them; from fewer images than features."""
    known, labels = draw_classes(15, 5)
    gaussians = ClassGaussians.fit(known, labels)
    new = gaussians.distances(draw_classes(40, 5, seed=1)[0])
    near = gaussians.distances(draw_classes(40, 5, seed=2, first=5)[0])
    far = gaussians.distances(generator(3, "far").random((200, 120)).astype(np.float32))
    assert separability(new, near) > 0.95
    assert separability(new, far) > 0.99


def test_two_classes_are_not_one_direction(draw_classes):
    """What differs from both in any other way looks strange, too."""
    known, labels = draw_classes(60, 2)
    gaussians = ClassGaussians.fit(known, labels)
    new = gaussians.distances(draw_classes(100, 2, seed=1)[0])
    far = gaussians.distances(generator(3, "far").random((200, 120)).astype(np.float32))
    assert separability(new, far) > 0.99


def test_it_is_the_difference_of_two_mahalanobis_distances(draw_classes):
    """Written out with whole matrices, where there are no more directions than have variances of their own."""
    features, labels = draw_classes(100, 4, d=60)
    found = ClassGaussians.fit(features, labels)
    rows = normalise_rows(features.astype(np.float64))
    means = np.stack([rows[labels == label].mean(axis=0) for label in range(4)])
    deviations, n = rows - means[labels], len(rows)
    sphere = np.eye(60) / 60
    within, squares = deviations.T @ deviations / n, (deviations**2).sum(axis=1)
    shrinkage = ((squares**2).mean() - (within**2).sum()) / n / ((within**2).sum() - np.trace(within) ** 2 / 60)
    shrinkage = max(shrinkage, 0.02)

    def shrunk(covariance):
        return (1 - shrinkage) * covariance + shrinkage * np.trace(covariance) * sphere

    spread = means - rows.mean(axis=0)
    W = shrunk(within) * n / (n - 4)
    total = W + shrunk(spread.T @ spread / 4)
    to_classes = cdist(rows, means, "mahalanobis", VI=np.linalg.inv(W)).min(axis=1) ** 2
    to_all = cdist(rows, rows.mean(axis=0)[None], "mahalanobis", VI=np.linalg.inv(total))[:, 0] ** 2
    assert np.corrcoef(found.distances(features), to_classes - to_all)[0, 1] > 0.999
    assert found.distances(features) == pytest.approx(to_classes - to_all, abs=1.0)


def test_the_length_of_features_does_not_matter(draw_classes):
    """Nor does the order of the images, and nothing is drawn at random."""
    features, labels = draw_classes(20, 3)
    found = ClassGaussians.fit(features, labels)
    longer = features * generator(0, "lengths").uniform(0.5, 2, (60, 1)).astype(np.float32)
    assert found.distances(longer) == pytest.approx(found.distances(features), abs=1e-2)
    assert np.array_equal(ClassGaussians.fit(features, labels).basis, found.basis)


@pytest.mark.parametrize(("n_each", "n_classes"), [(1, 2), (1, 3), (2, 2), (30, 2)])
def test_few_or_equal_images_give_numbers(n_each, n_classes, draw_classes):
    """Even one of each class, and of two classes that cannot be told apart; else a stranger is never nearer."""
    features, labels = draw_classes(n_each, n_classes)
    distances = ClassGaussians.fit(features, labels).distances(np.vstack([features, -features]))
    assert distances[: len(features)].max() < distances[len(features) :].min()
    for equal in (np.ones_like(features), np.zeros_like(features)):
        assert np.isfinite(ClassGaussians.fit(equal, labels).distances(features)).all()


def test_it_is_small_and_comes_back_from_its_parts(draw_classes):
    """A few hundred numbers a feature, however many images there were; the distances are the same to the bit."""
    features, labels = draw_classes(300, 4)
    found = ClassGaussians.fit(features, labels)
    tensors = found.tensors()
    assert {one.dtype for one in tensors.values()} == {np.dtype(np.float32)}
    assert sum(one.size for one in tensors.values()) < 250 * features.shape[1]
    again = ClassGaussians.from_parts(tensors, found.rest_weight)
    assert np.array_equal(again.distances(features), found.distances(features))


def test_parts_that_do_not_fit_are_refused(draw_classes):
    """Missing, of another type or shape, or no numbers; and so are features of another length."""
    found = ClassGaussians.fit(*draw_classes(5, 3))
    tensors = found.tensors()
    damaged = [
        {name: one for name, one in tensors.items() if name != "turn"},
        tensors | {"turn": tensors["turn"].astype(np.float64)},
        tensors | {"turn": tensors["turn"][1:]},
        tensors | {"centre": tensors["centre"][1:]},
        tensors | {"means": tensors["means"][:0]},
        tensors | {"basis": tensors["basis"][0]},
        tensors | {"background": tensors["background"] * np.float32(np.nan)},
    ]
    for parts in damaged:
        with pytest.raises(HeadError, match="classes' Gaussians"):
            ClassGaussians.from_parts(parts, found.rest_weight)
    with pytest.raises(HeadError, match="learnt from 120 features"):
        found.distances(np.zeros((2, 3), np.float32))
