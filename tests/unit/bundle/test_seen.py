"""Which images a classifier has learnt from."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from regraft.bundle import check_bundle, find_seen, read_seen
from regraft.bundle.seen import N_HASH_BYTES, pack_digests
from regraft.core import BundleError

NAME = "seen.safetensors"


def digest(number):
    """A content hash; the bundle has learnt from the images 0 to 2."""
    return hashlib.sha256(bytes([number])).hexdigest()


@given(numbers=st.lists(st.integers(0, 40)))
def test_hashes_are_packed(numbers):
    """Each image is kept once, in 16 bytes, in an order that says nothing of the data set's."""
    rows = pack_digests([digest(number) for number in numbers])
    assert rows.shape == (len(set(numbers)), N_HASH_BYTES)
    assert rows.dtype == np.uint8
    kept = [row.tobytes().hex() for row in rows]
    assert kept == sorted({digest(number)[:32] for number in numbers})


def test_seen_images_are_recognised(whole):
    """By the beginning of their hashes; others are not."""
    assert read_seen(whole) == sorted(digest(number)[:32] for number in range(3))
    assert find_seen(whole, [digest(2), digest(7), digest(0)]).tolist() == [True, False, True]


def test_without_a_list_nothing_is_known(bundle, rewrite):
    """Neither of a bundle whose list was removed, nor of one that never had one; both pass the check."""
    (bundle / NAME).unlink()
    for change in (lambda _record: None, lambda record: record["digests"].pop(NAME)):
        rewrite(change)
        assert read_seen(bundle) is None
        assert find_seen(bundle, [digest(0)]) is None
        check_bundle(bundle)


@pytest.mark.parametrize(
    "tensors",
    [
        {"hashes": np.zeros((3, N_HASH_BYTES), np.uint8)},
        {"digests": np.zeros((3, N_HASH_BYTES), np.int8)},
        {"digests": np.zeros((3, 15), np.uint8)},
        {"digests": np.zeros(N_HASH_BYTES, np.uint8)},
    ],
)
def test_what_is_no_list_is_refused(bundle, reseal, tensors):
    """Another name, type or shape, where it is read and in a check."""
    save_file(tensors, bundle / NAME)
    reseal(NAME)
    for read in (read_seen, check_bundle):
        with pytest.raises(BundleError, match=r"seen\.safetensors is no list of images\. Remove it, or make"):
            read(bundle)


def test_a_changed_list_is_refused(bundle):
    """By its digest."""
    (bundle / NAME).write_bytes((bundle / NAME).read_bytes()[:-1] + b"\0\1")
    with pytest.raises(BundleError, match=r"seen\.safetensors is damaged or was changed"):
        read_seen(bundle)
