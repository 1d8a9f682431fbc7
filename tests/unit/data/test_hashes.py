from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regraft.data import PackedDigests, cluster_units, split_folds, split_holdout

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["g", "h", None])), max_size=12)


def packed(pairs):
    """Hashes that begin alike, and differ at their ends."""
    rows = np.zeros((len(pairs), 32), np.uint8)
    for row, (begin, end) in enumerate(pairs):
        rows[row, 0], rows[row, -1] = begin, end
    return PackedDigests(rows)


def test_hashes_are_texts():
    """They are the same sequence as the texts, and take the place of them."""
    digests = packed([(1, 2), (3, 4), (1, 2)])
    texts = [f"{begin:02x}{'00' * 30}{end:02x}" for begin, end in [(1, 2), (3, 4), (1, 2)]]
    assert digests == texts
    assert digests == tuple(texts)
    assert list(digests) == texts
    assert digests[-1] == texts[-1]
    assert digests[1:] == texts[1:]
    assert digests.take(np.array([2, 1])) == [texts[2], texts[1]]
    assert digests != texts[:2]
    assert digests != packed([(1, 2), (3, 4), (1, 3)])


@given(ROWS)
def test_units_and_splits_are_those_of_the_texts(rows):
    """Packed or not, images fall into the same units, sides and folds."""
    digests, groups = packed([row[:2] for row in rows]), [row[2] for row in rows]
    texts, labels = list(digests), np.array([row[0] for row in rows], np.int64)
    units = cluster_units(digests, groups)
    assert units.tolist() == cluster_units(texts, groups).tolist()
    for split, options in ((split_holdout, {"test_fraction": 0.4}), (split_folds, {"n_folds": 2})):
        found, wanted = (split(labels, units, given, seed=1, **options) for given in (digests, texts))
        assert found.tolist() == wanted.tolist()


@pytest.mark.parametrize("rows", [np.zeros((2, 31), np.uint8), np.zeros(32, np.uint8), np.zeros((2, 32), np.int64)])
def test_other_rows_are_refused(rows):
    """Only rows of 32 bytes are hashes."""
    with pytest.raises(ValueError, match="hashes are rows of 32 bytes"):
        PackedDigests(rows)
