"""Images unlike the others."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages, NotChecked, find_outliers
from regraft.auditing.neighbour_distances import neighbour_distances
from regraft.data import LOOK


def ordinary_images(n=400, *, groups=None):
    """Images with light and features by chance."""
    rng = np.random.default_rng(0)
    looks = np.zeros(n, LOOK)
    looks["contrast"] = rng.uniform(40, 60, n)
    looks["brightest"] = rng.uniform(190, 210, n)
    looks["darkest"] = rng.uniform(20, 25, n)
    looks["sharpness"] = looks["contrast"] ** 2 * rng.uniform(0.4, 0.6, n)
    return AuditedImages(
        paths=tuple(f"{row}.jpg" for row in range(n)),
        labels=rng.integers(0, 2, n),
        class_names=("cat", "dog"),
        digests=tuple(f"{row:064x}" for row in range(n)),
        sides=(None,) * n,
        groups=groups or (None,) * n,
        looks=looks,
        features=rng.normal(size=(n, 30)).astype(np.float32) + 4,
    )


def test_ordinary_images_are_not_told():
    """No finding; few images are not judged, and that is said."""
    images = ordinary_images()
    assert find_outliers(images) == ()
    with pytest.raises(NotChecked, match="it takes 200 images, and there are 50"):
        find_outliers(images.select(np.arange(50)))


def test_each_strange_image_is_told_once():
    """A dark one, a pale one, a blurred one, and one of another kind; a black one is dark, and nothing besides."""
    images = ordinary_images()
    images.looks["brightest"][3] = 20
    images.looks["contrast"][5] = 8
    images.looks["sharpness"][5] = 30
    images.looks["sharpness"][7] = 20
    images.features[9] = -images.features[9]
    for name in ("brightest", "contrast", "sharpness"):
        images.looks[name][11] = 0.5
    images.features[11] = -images.features[11]
    found = {finding.code: [case.paths[0] for case in finding.cases] for finding in find_outliers(images)}
    assert found == {
        "dark": ["11.jpg", "3.jpg"],
        "low_contrast": ["5.jpg"],
        "blurred": ["7.jpg"],
        "unlike_others": ["9.jpg"],
    }


def test_findings_are_notes_with_numbers():
    """They say how many of how many, and how far out the first and the last are."""
    images = ordinary_images()
    images.features[9] = -images.features[9]
    (finding,) = find_outliers(images)
    assert (finding.kind, finding.severity, finding.certainty, finding.n) == ("outliers", "note", "possible", 1)
    assert finding.message.startswith("1 of 400 images is to the network less like any other")
    assert finding.evidence["n_expected_beyond_the_first"] < 0.05
    assert "labelled" in finding.cases[0].note


def test_views_of_one_object_do_not_hide_each_other():
    """A group of strange images has no neighbours of its own: distances are to other units."""
    rng = np.random.default_rng(1)
    embedding = rng.normal(size=(60, 8)).astype(np.float32)
    embedding[:20] += 30
    units = np.concatenate([np.zeros(20, np.int64), np.arange(1, 41)])
    apart = neighbour_distances(embedding, units, 5, 0)
    together = neighbour_distances(embedding, np.arange(60), 5, 0)
    assert apart[:20].min() > 5 * together.max()
    assert np.isinf(neighbour_distances(embedding, np.zeros(60, np.int64), 5, 0)).all()
