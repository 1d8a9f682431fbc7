from __future__ import annotations

import numpy as np
from known_rows import KEY, digests_of

from regraft.features import FeatureStore
from regraft.features.unkept_rows import UnkeptRows


def test_a_damaged_store_that_cannot_be_written_is_left_alone(tmp_path):
    """Once reading has failed, no row is said to be there any more: all are computed, and read from memory."""
    store = FeatureStore(tmp_path / "features")
    digests = digests_of(6)
    store.add(KEY, digests, np.ones((6, 5), np.float32))
    (shard,) = store.folder.glob("shards/*/*.safetensors")
    content = bytearray(shard.read_bytes())
    content[-7] ^= 1
    shard.write_bytes(content)
    (store.folder / "lock.sqlite").unlink()
    (store.folder / "lock.sqlite").mkdir()  # nobody may write, as on a read-only disk
    rows = UnkeptRows(FeatureStore(store.folder))
    assert rows.missing(KEY, digests) == []
    assert not rows.read(KEY, digests)[1].any()
    assert rows.missing(KEY, digests) == digests
    rows.add(KEY, digests, np.full((6, 5), 2, np.float32))
    features, found = rows.read(KEY, digests)
    assert found.all()
    assert (features == 2).all()
