from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def make_data():
    """Samples that resemble pooled features: positive, correlated, of unequal scale, with overlapping classes."""

    def make(n, d, k, *, dtype=np.float64, seed=0, noise=3.0):
        rng = np.random.default_rng(seed)
        mixing = rng.standard_normal((d, d)) * np.geomspace(2, 0.05, d)[:, None]
        X = np.maximum(rng.standard_normal((n, d)) @ mixing + 0.5, 0)
        scores = X @ rng.standard_normal((d, k)) + noise * rng.standard_normal((n, k)) * X.std() * np.sqrt(d)
        y = scores.argmax(axis=1)
        y[:k] = np.arange(k)
        return X.astype(dtype), y

    return make


@pytest.fixture
def features():
    """(40, 5) of unequal scale, the last column ones."""
    rng = np.random.default_rng(0)
    return np.hstack([rng.normal(size=(40, 4)) * [3, 1, 0.5, 0.1] + 0.2, np.ones((40, 1))])
