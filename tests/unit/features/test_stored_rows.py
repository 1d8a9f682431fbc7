from __future__ import annotations

import numpy as np
import pytest
from known_rows import KEY, digests_of, rows_of, shards_of

from regraft.core import StoreError
from regraft.features import FeatureStore, StoredRows, take_rows


def test_what_is_more_than_memory_should_hold_stays_in_the_store(store):
    """By slices, any rows, selections and leading features it is what `read` gives; a content may come twice."""
    digests = [*digests_of(20)[::-1], *digests_of(5)]
    kept, _found = store.read(KEY, digests)
    rows, found = store.open(KEY, digests, memory_share=0)
    assert isinstance(rows, StoredRows)
    assert found.all()
    assert (rows.shape, rows.dtype, len(rows)) == ((25, 5), np.float32, 25)
    np.testing.assert_array_equal(np.asarray(rows), kept)
    np.testing.assert_array_equal(rows[3:17], kept[3:17])
    np.testing.assert_array_equal(rows[np.array([24, 0, 11])], kept[[24, 0, 11]])
    some = take_rows(rows, np.array([20, 3, 9]))
    assert isinstance(some, StoredRows)
    np.testing.assert_array_equal(some.leading(2)[:], kept[[20, 3, 9], :2])
    assert rows[5:5].shape == (0, 5)
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(rows, copy=False)


def test_what_memory_holds_is_an_array(store):
    """As `read` gives it, and so is what is not there at all."""
    features, found = store.open(KEY, digests_of(22))
    np.testing.assert_array_equal(features[:20], rows_of(20))
    assert isinstance(features, np.ndarray)
    assert not found[20:].any()
    assert store.open(KEY, digests_of(3, 50), memory_share=0)[0].shape == (3, 0)


def test_stored_rows_are_proved_when_they_are_opened(store):
    """A damaged shard's rows are not found; a shard that goes later is a sentence that says what to do."""
    damaged = shards_of(store)[0]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    rows, found = FeatureStore(store.folder).open(KEY, digests_of(20), memory_share=0)
    assert found.sum() == 10
    assert not rows[np.flatnonzero(~found)].any()
    shards_of(store)[0].unlink()
    with pytest.raises(StoreError, match=r"can no longer be read: .* Run the same command again"):
        rows[:]
