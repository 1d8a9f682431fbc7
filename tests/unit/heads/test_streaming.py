from __future__ import annotations

import numpy as np
import pytest

from regraft.core import HeadError
from regraft.heads import (
    Candidates,
    FoldTable,
    HeadSearch,
    KnownImages,
    must_stream,
    row_blocks,
    select_head,
    streaming,
)
from regraft.heads.folds import build_folds


class Rows:
    """Rows that can only be read by slices, and remember the longest one."""

    def __init__(self, kept):
        self.kept, self.shape, self.dtype, self.longest = kept, kept.shape, kept.dtype, 0

    def __getitem__(self, rows):
        found = self.kept[rows]
        self.longest = max(self.longest, len(found))
        return found


@pytest.fixture
def little_memory(monkeypatch):
    """A machine that has next to none."""
    monkeypatch.setattr(streaming, "memory_bytes", lambda: 1000)
    monkeypatch.setattr(row_blocks, "_N_NUMBERS_A_BLOCK", 1 << 14)


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_a_streamed_selection_is_the_one_in_memory(make_data, kind):
    """The same width, normalisation, strength, temperature and answers out of fold, told with the passes."""
    X, y = make_data(900, 60, 4, dtype=np.float32, noise=0.3)
    labels = np.array(list("dcba"))[y]
    folds = build_folds(3, X, y, None, 0)
    candidates = Candidates(kind, normalisations=("l2",), widths=(30, None), strengths=(0.01, 0.1, 1, 30))
    kept = select_head(X, labels, folds, candidates, class_weight="balanced")
    rows = Rows(X)
    streamed = select_head(rows, labels, folds, candidates, class_weight="balanced", streams=True)
    assert streamed.chosen.n_features == kept.chosen.n_features
    assert streamed.chosen.normalisation == kept.chosen.normalisation
    assert streamed.strength == kept.strength
    assert streamed.found.temperature == pytest.approx(kept.found.temperature, rel=0.05)
    assert (streamed.found.predicted == kept.found.predicted).mean() > 0.97
    np.testing.assert_allclose(streamed.found.turned**2, kept.found.turned**2, rtol=0.1, atol=0.02)
    assert "900 images" in streamed.found.reason
    assert "streamed" not in kept.found.reason


def test_of_very_many_samples_some_scores_are_kept(make_data, monkeypatch):
    """These calibrate, and teach what is unknown; each sample's answer is there all the same."""
    monkeypatch.setattr(streaming, "_N_SCORES_KEPT", 300)
    X, y = make_data(500, 8, 3, dtype=np.float16, noise=1.0)
    folds = FoldTable.of(np.arange(500) % 3)
    found = select_head(Rows(X), y, folds, Candidates("softmax", n_strengths=3), streams=True).found
    assert found.rows.tolist() == list(range(0, 500, 5))
    assert found.scores.shape == (100, 3)
    assert found.predicted.shape == (500,)
    assert (found.predicted[found.rows] == found.scores.argmax(axis=1)).all()
    known = KnownImages.of(Rows(X), y, np.arange(500), found)
    np.testing.assert_array_equal(known.features, X[::5].astype(np.float32))
    assert known.labels.tolist() == y[::5].tolist()
    assert "Calibrated on 100 images" in found.reason


@pytest.mark.usefixtures("little_memory")
def test_rows_are_streamed_where_memory_would_not_do(make_data):
    """Also by the estimator, which predicts in blocks; scikit-learn's own copy of float16 rows is never made."""
    X, y = make_data(20_000, 4, 3, dtype=np.float16, noise=1.0)
    assert must_stream(X, 3, 5)
    rows = Rows(X)
    search = HeadSearch(cv=2, n_strengths=2, normalisations=["l2"]).fit(rows, y)
    assert search.predict_proba(rows).shape == (20_000, 3)
    assert rows.longest < 20_000
    assert search.score(rows, y) > 0.4
    np.testing.assert_allclose(search.decision_function(X[:7]), search.decision_function(rows)[:7], rtol=1e-5)


@pytest.mark.usefixtures("little_memory")
def test_what_does_not_fit_together_is_told(make_data):
    """Labels of another number, and features of another width, in a sentence each."""
    X, y = make_data(60, 4, 3, dtype=np.float16)
    with pytest.raises(ValueError, match="There are 60 rows of features and 50 labels"):
        HeadSearch(cv=2).fit(Rows(X), y[:50])
    with pytest.raises(ValueError, match="at least two classes"):
        HeadSearch(cv=2).fit(Rows(X), np.zeros(60))
    search = HeadSearch(cv=2, n_strengths=1, normalisations=["l2"]).fit(Rows(X), y)
    with pytest.raises(HeadError, match="fitted on 4 features"):
        search.predict(Rows(X[:, :3]))
