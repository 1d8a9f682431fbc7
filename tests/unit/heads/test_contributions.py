"""Scores taken apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from regraft.heads import LinearHead, against, against_others, share_out
from regraft.heads.calibration import softmax


@dataclass(frozen=True, eq=False)
class Parts:
    columns: np.ndarray
    is_located: np.ndarray
    cells: np.ndarray


@pytest.fixture
def cells():
    """Eight features by the cells of an image."""
    return np.random.default_rng(0).normal(size=(8, 3, 3))


@pytest.fixture(params=[False, True], ids=["as they are", "rows of length 1"])
def head(request):
    """A head of three classes that reads six of eight features."""
    rng = np.random.default_rng(1)
    coef, intercept = rng.normal(size=(3, 6)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    return LinearHead("svm", request.param, coef, intercept, temperature=2.0, n_inputs=8)


def test_all_parts_sum_to_the_score(head, cells):
    """Of a class, and of the difference of two; what is not located is one number; rounding is nothing."""
    features = cells.sum(axis=(1, 2)).astype(np.float32)
    is_located = np.arange(8) != 2
    parts = Parts(np.arange(8), is_located, cells * is_located[:, None, None])
    scores = head.scores(features[None])[0]
    for shares, expected in ((np.eye(3)[1], scores[1]), (against(1, 2, 3), scores[1] - scores[2])):
        found = share_out(head, features, [parts], shares)
        assert found.score == pytest.approx(expected, rel=1e-6)
        total = found.cells[0].sum() + found.bias + found.unlocated
        assert total == pytest.approx(expected, abs=1e-5)
        assert abs(found.rounding) < 1e-5
        assert found.unlocated != 0
        assert found.cells[0].shape == (3, 3)


def test_what_the_cells_lack_is_shown_as_rounding(head, cells):
    """Parts that do not sum to the features are not made to fit."""
    features = cells.sum(axis=(1, 2)).astype(np.float32)
    parts = Parts(np.arange(8), np.ones(8, np.bool_), cells * 1.1)
    found = share_out(head, features, [parts], np.eye(3)[0])
    assert found.rounding == pytest.approx(-0.1 / 1.1 * found.cells[0].sum(), rel=1e-3, abs=1e-5)


def test_parts_of_several_networks_stand_side_by_side(head, cells):
    """Each has its own cells; features that none holds are not located."""
    features = cells.sum(axis=(1, 2)).astype(np.float32)
    first = Parts(np.array([0, 1, 6]), np.ones(3, np.bool_), cells[[0, 1, 6]])
    second = Parts(np.array([4, 5]), np.ones(2, np.bool_), cells[[4, 5]][:, :1, :1])
    found = share_out(head, features, [first, second], np.eye(3)[0])
    assert [part.shape for part in found.cells] == [(3, 3), (1, 1)]
    length = np.linalg.norm(features[:6]) if head.is_row_normalised else 1
    assert found.unlocated == pytest.approx(float(head.coef[0, 2:4] @ features[2:4]) / length, rel=1e-4)


def test_all_others_count_by_how_probable_they_are():
    """The shares are the slopes of the log odds; what is added to all scores changes nothing."""
    scores = np.array([1.0, 3.0, 2.5, -4.0])

    def log_odds(at):
        probability = softmax(at[None])[0, 1]
        return np.log(probability / (1 - probability))

    shares = against_others(1, scores)
    slopes = [(log_odds(scores + step) - log_odds(scores - step)) / 2e-5 for step in np.eye(4) * 1e-5]
    assert shares == pytest.approx(slopes, abs=1e-6)
    assert shares.sum() == pytest.approx(0)
    assert against_others(1, scores + 100) == pytest.approx(shares)
    assert against(2, 0, 4).tolist() == [-1, 0, 1, 0]
