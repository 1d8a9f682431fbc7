"""The grafted head."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from regraft.finetuning import (
    GraftedHead,
)
from regraft.heads import LinearHead


@pytest.mark.parametrize("is_row_normalised", [True, False])
def test_the_grafted_head_says_what_the_fitted_one_said(is_row_normalised):
    """Linear probing first: the training begins at the probe, exactly, and gives a head of the same form back."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20, 5)).astype(np.float32)
    head = LinearHead(
        "svm", is_row_normalised, rng.normal(size=(3, 5)).astype(np.float32), np.ones(3, np.float32), 0.3, 5
    )
    grafted = GraftedHead(head, features, 0.2).eval()
    with torch.no_grad():
        scores = grafted(torch.from_numpy(features)).numpy()
    expected = head.probabilities(head.scores(features))
    np.testing.assert_allclose(head.probabilities(0.3 * scores), expected, atol=1e-5)
    back = grafted.fitted()
    np.testing.assert_allclose(back.probabilities(back.scores(features)), expected, atol=1e-5)
