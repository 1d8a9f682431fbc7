"""Images of objects: several of each, which look alike and have one label."""

from __future__ import annotations

import numpy as np
import pytest

from regraft.auditing import AuditedImages


@pytest.fixture
def draw_objects():
    """Makes images of objects, in the order of their objects."""

    def draw(n_objects=60, n_views=5, *, name="{label}/cell{row:04d}.png", noise=0.5, seed=0):
        rng = np.random.default_rng(seed)
        n = n_objects * n_views
        objects = np.repeat(np.arange(n_objects), n_views)
        labels = rng.integers(0, 2, n_objects)[objects]
        looks = rng.normal(size=(n_objects, 24))[objects] + noise * rng.normal(size=(n, 24))
        looks[:, 0] += 1.2 * labels
        return AuditedImages(
            paths=tuple(
                name.format(label="ab"[label], row=row, object=one, view=row % n_views)
                for row, (label, one) in enumerate(zip(labels, objects, strict=True))
            ),
            labels=labels,
            class_names=("a", "b"),
            digests=tuple(f"{row:064x}" for row in range(n)),
            sides=(None,) * n,
            groups=(None,) * n,
            features=(looks + 3).astype(np.float32),
        )

    return draw
