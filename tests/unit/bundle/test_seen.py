from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regraft.bundle.seen import N_HASH_BYTES, pack_digests


def digest(number):
    """A content hash."""
    return hashlib.sha256(str(number).encode()).hexdigest()


@given(numbers=st.lists(st.integers(0, 40)))
def test_hashes_are_packed(numbers):
    """Each image is kept once, in 16 bytes, in an order that says nothing of the data set's."""
    rows = pack_digests([digest(number) for number in numbers])
    assert rows.shape == (len(set(numbers)), N_HASH_BYTES)
    assert rows.dtype == np.uint8
    kept = [row.tobytes().hex() for row in rows]
    assert kept == sorted({digest(number)[:32] for number in numbers})
