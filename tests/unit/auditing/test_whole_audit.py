"""All checks of one data set, made or not."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages, audit_images
from regraft.data import LOOK
from regraft.heads import Candidates


@pytest.fixture
def audited():
    """A function that audits images of two classes, without dates; every fourth one is of the test."""

    def audit(n):
        rng = np.random.default_rng(0)
        looks = np.zeros(n, LOOK)
        looks["format"], looks["width"], looks["height"] = b"PNG", 64, 64
        looks["thumbnail"] = rng.integers(0, 255, (n, 32, 32))
        looks["brightness"] = rng.uniform(60, 180, n)
        labels = np.arange(n) % 2
        images = AuditedImages(
            paths=tuple(f"{'ab'[row % 2]}/{row}.png" for row in range(n)),
            labels=labels,
            class_names=("a", "b"),
            digests=tuple(f"{row:064x}" for row in range(n)),
            sides=tuple("test" if row // 2 % 4 == 0 else "train" for row in range(n)),
            groups=(None,) * n,
            looks=looks,
            features=(rng.normal(size=(n, 12)) + 3 * labels[:, None]).astype(np.float32),
        )
        return audit_images(images, Candidates("softmax", normalisations=("l2",), n_strengths=2))

    return audit


def test_checks_of_a_few_images_say_what_they_would_take(audited):
    """Of 16 images most checks cannot be made, and none of them stands there as if it had found nothing."""
    results = {check.name: check.result for check in audited(16).checks}
    assert results == {
        "Copies on both sides of the split": "nothing found",
        "The same files": "nothing found",
        "The same pictures in other forms": "nothing found",
        "Series that stand twice": "not made: it takes 200 pictures with detail, and there are 16",
        "Series": "not made: it takes 40 independent images, and there are 16",
        "Series by day": "not made: it takes 40 independent images, and there are 16",
        "Suspicious files": "nothing found",
        "Tiny files, grey ones among coloured ones": "not made: it takes 20 images, and there are 16",
        "Wrong labels": "not made: it takes 40 images, and there are 16",
        "Classes that may be one": "not made: it takes 3 classes of 10 independent images, and there are none",
        "Shortcuts": "not made: it takes a class of 10 independent images, and there are none",
        "Parts that are recognised worse": "not made: it takes a part of 20 images beside 20 more, and there are none",
        "Training against test": "not made: it takes 10 independent test images, and there are 4",
        "Unlike the others": "not made: it takes 200 images, and there are 16",
    }


def test_checks_of_many_images_are_made(audited):
    """All but those for which the files lack something: dates, and a third class."""
    not_made = {check.name: check.not_made for check in audited(240).checks if check.n_findings is None}
    assert not_made == {
        "Series by day": "it takes 228 images with a date (EXIF), and there are none",
        "Classes that may be one": "it takes 3 classes of 10 independent images, and there are 2",
    }
