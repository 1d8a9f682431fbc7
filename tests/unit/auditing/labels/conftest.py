"""Images of a few classes, as clouds of features, in objects of several images each; some labels are wrong."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages
from regraft.core import generator
from regraft.data import cluster_units, split_folds
from regraft.heads import Candidates, FoldRefits, FoldTable, cross_validate


@pytest.fixture
def clouds():
    """A function that makes images and their true labels: classes lie about `distance` apart."""

    def make(n_classes=3, n_objects=40, n_views=3, distance=6.0, seed=0):
        rng = generator(seed, "clouds")
        centres = rng.standard_normal((n_classes, 24)) * distance / np.sqrt(48)
        labels = np.repeat(np.arange(n_classes), n_objects * n_views)
        objects = np.repeat(np.arange(n_classes * n_objects), n_views)
        offsets = rng.standard_normal((n_classes * n_objects, 24))[objects]
        features = centres[labels] + offsets + 0.3 * rng.standard_normal((len(labels), 24))
        images = AuditedImages(
            paths=tuple(f"{row:04d}.png" for row in range(len(labels))),
            labels=labels,
            class_names=tuple("abcdefgh"[:n_classes]),
            digests=tuple(f"{row:064x}" for row in range(len(labels))),
            sides=(None,) * len(labels),
            groups=tuple(f"object {name}" for name in objects) if n_views > 1 else (None,) * len(labels),
            features=features.astype(np.float32),
            n_penultimate=24,
        )
        return judged(images)

    return make


def judged(images):
    """The images with folds and probabilities, and the heads."""
    from dataclasses import replace

    units = cluster_units(images.digests, images.groups)
    fold_of = split_folds(images.labels, units, images.digests, n_folds=4, seed=0)
    candidates = Candidates("softmax", normalisations=("standard",), strengths=(1e-3, 1e-2))
    found = cross_validate(images.features, images.labels, FoldTable.of(fold_of), candidates)
    probabilities = np.zeros((len(images), images.n_classes))
    probabilities[:, found.classes] = found.probabilities
    ready = replace(images, probabilities=probabilities, fold_of=fold_of)
    return ready, FoldRefits.like(found, images.n_classes)


@pytest.fixture
def relabelled():
    """A function that gives some images other labels, and judges them anew."""

    def relabel(images, rows, labels):
        from dataclasses import replace

        changed = images.labels.copy()
        changed[rows] = labels
        return judged(replace(images, labels=changed))

    return relabel
