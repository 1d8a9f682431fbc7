from __future__ import annotations

import numpy as np
import pytest

from regraft.evaluation import Predictions, Report, assess


@pytest.fixture(scope="session")
def make_predictions():
    """A function that invents predictions which are right most of the time, with some structure in the mistakes."""

    def make(n=60, k=4, *, sharpness=2.0, names=None, group_size=None, seed=0, unknown=0):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, k, n)
        scores = rng.normal(size=(n, k))
        scores[np.arange(n), labels] += sharpness
        exponentials = np.exp(scores)
        labels[:unknown] = -1
        return Predictions(
            paths=tuple(f"folder/{row:04d}.jpg" for row in range(n)),
            labels=labels,
            probabilities=exponentials / exponentials.sum(axis=1, keepdims=True),
            class_names=tuple(names or [f"class {place}" for place in range(k)]),
            groups=None if group_size is None else tuple(f"object {row // group_size}" for row in range(n)),
        )

    return make


@pytest.fixture(scope="session")
def make_certain():
    """A function that makes predictions from two lists of classes, each given with the same confidence."""

    def make(labels, predicted, *, k=3, confidence=0.9, groups=None):
        probabilities = np.full((len(labels), k), (1 - confidence) / (k - 1))
        probabilities[np.arange(len(labels)), predicted] = confidence
        return Predictions(
            paths=tuple(f"{row}.jpg" for row in range(len(labels))),
            labels=np.array(labels),
            probabilities=probabilities,
            class_names=tuple("abcdefgh"[:k]),
            groups=groups,
        )

    return make


@pytest.fixture(scope="session")
def make_report():
    """A function that makes the smallest report on some predictions, with anything else that is given."""

    def make(predictions, **parts):
        counts = np.ones(predictions.n_classes, np.int64)
        assessment = assess(predictions, train_counts=counts)
        return Report(
            **({"title": "A trial", "created": "2025-01-02T03:04:05+00:00", "assessment": assessment} | parts)
        )

    return make
