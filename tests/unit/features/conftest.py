"""A store of features, as small as it can be."""

from __future__ import annotations

import pytest
from known_rows import KEY, digests_of, rows_of

from regraft.features import FeatureStore


@pytest.fixture
def store(tmp_path):
    """A store with two shards of 10 rows."""
    store = FeatureStore(tmp_path / "features")
    store.add(KEY, digests_of(10), rows_of(10))
    store.add(KEY, digests_of(10, 10), rows_of(10, 10))
    return store
