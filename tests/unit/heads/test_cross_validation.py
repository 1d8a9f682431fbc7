"""What the folds' heads say, kept."""

from __future__ import annotations

import numpy as np

from regraft.core import generator
from regraft.heads import Candidates, CrossValidation, FoldTable, cross_validate, select_head


def test_out_of_fold_probabilities_come_from_heads_that_have_not_seen_the_image():
    """Labels at random cannot be told out of fold, whatever the heads learn by heart; they are those of select_head."""
    rng = generator(0, "test")
    features = rng.standard_normal((120, 200)).astype(np.float32)
    labels = rng.integers(0, 3, 120)
    folds = FoldTable.of(np.arange(120) % 4)
    candidates = Candidates("softmax", normalisations=("l2",), strengths=(1000.0,))
    found = cross_validate(features, labels, folds, candidates)
    assert isinstance(found, CrossValidation)
    assert found.probabilities.shape == (120, 3)
    assert np.allclose(found.probabilities.sum(axis=1), 1)
    assert (found.probabilities.argmax(axis=1) == labels).mean() < 0.6
    selection = select_head(features, labels, folds, candidates)
    assert (selection.head.temperature, selection.strength) == (found.temperature, found.strength)
    assert found.folds is folds
