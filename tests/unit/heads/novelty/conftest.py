from __future__ import annotations

import numpy as np
import pytest

from regraft.core import generator


@pytest.fixture
def draw_classes():
    """Images of classes around directions of their own, alike in more directions than there are images of a class."""

    def draw(n_each, n_classes, *, seed=0, first=0, d=120):
        directions = generator(0, "classes").standard_normal((first + n_classes, d))[first:]
        rng = generator(seed, "images")
        labels = np.repeat(np.arange(n_classes), n_each)
        shared = rng.standard_normal((len(labels), 20)) @ generator(0, "shared").standard_normal((20, d))
        own = rng.standard_normal((len(labels), d))
        return (3 + directions[labels] + 0.4 * shared + 0.5 * own).astype(np.float32), labels

    return draw
