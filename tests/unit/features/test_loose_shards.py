"""Shards that other processes leave for a store: what it adopts, what it refuses, what it costs."""

from __future__ import annotations

import os

import numpy as np
import pytest
from known_rows import KEY, OTHER_KEY, assert_complete, digests_of, rows_of, shards_of

from damaging import damage
from regraft.core import StoreError
from regraft.features import Adoption, FeatureStore, LooseShards


@pytest.fixture
def loose(tmp_path):
    """The writing side of a store that nobody has opened yet, with two shards of 10 rows."""
    loose = LooseShards(tmp_path / "features")
    loose.add(KEY, digests_of(10), rows_of(10))
    loose.add(KEY, digests_of(10, 10), rows_of(10, 10))
    return loose


def arrived_in(loose):
    return sorted(loose.folder.glob("arrived/*/*"))


def test_what_arrives_is_adopted_and_the_index_is_the_stores_alone(loose):
    """A writer leaves files and opens no index; the store takes all in, once, and every row is what was written."""
    assert [path.name for path in loose.folder.iterdir()] == ["arrived"]
    store = FeatureStore(loose.folder)
    assert (store.info().n_rows, store.info().n_arrived) == (0, 2)
    assert store.adopt() == Adoption(n_shards=2)
    assert arrived_in(loose) == []
    assert (store.info().n_rows, store.info().n_arrived) == (20, 0)
    assert_complete(store)
    assert store.adopt() == Adoption()
    assert store.verify().n_unlisted == 0


def test_a_writer_knows_what_is_there_before_and_after_adoption(loose):
    """Rows count as there when their shard is, adopted or not; one that was told what is missing does not look."""
    for _before_and_after in range(2):
        assert loose.missing(KEY, digests_of(22) * 2) == digests_of(2, 20)
        assert loose.missing(KEY, digests_of(20)) == []
        assert loose.missing(OTHER_KEY, digests_of(2)) == digests_of(2)
        FeatureStore(loose.folder).adopt()
    assert LooseShards(loose.folder, looks_up=False).missing(KEY, digests_of(3)) == digests_of(3)


def test_known_rows_are_not_doubled(loose):
    """A file of known rows goes, one with some is written anew without them, also among files that come at once."""
    loose.add(KEY, digests_of(10, 5), rows_of(10, 5))
    loose.add(KEY, digests_of(10, 15), rows_of(10, 15))
    store = FeatureStore(loose.folder)
    found = store.adopt()
    assert found.n_known == 15
    assert store.info().n_rows == 25
    loose.add(KEY, digests_of(5, 19), rows_of(5, 19))
    assert store.adopt() == Adoption(n_known=5)
    np.testing.assert_array_equal(store.read(KEY, digests_of(25))[0], rows_of(25))


@pytest.mark.parametrize("kind", ["a flipped byte", "half of it", "no shard at all", "nothing"])
def test_what_is_damaged_is_told_and_never_adopted(loose, kind):
    """A file whose bytes are not what its name promises is removed; its rows stay missing, the others are there."""
    bad = arrived_in(loose)[0]
    content = bad.read_bytes()
    if kind == "a flipped byte":
        damage(bad, np.random.default_rng(1))
    else:
        bad.write_bytes(
            {"half of it": content[: len(content) // 2], "no shard at all": b"Hello!", "nothing": b""}[kind]
        )
    store = FeatureStore(loose.folder)
    assert store.adopt() == Adoption(n_shards=1, damaged=(bad.name,))
    assert not bad.exists()
    assert len(store.missing(KEY, digests_of(20))) == 10


def test_half_written_files_are_never_adopted_and_go_when_their_writer_must_be_dead(loose):
    """What has a temporary name stays while it is young, for somebody may be writing it, and goes when it is old."""
    young, old = (arrived_in(loose)[0].with_name(f".{name}.tmp") for name in ("young", "old"))
    for path in (young, old):
        path.write_bytes(arrived_in(loose)[-1].read_bytes()[:100])
    os.utime(old, (0, 0))
    store = FeatureStore(loose.folder)
    assert store.adopt() == Adoption(n_shards=2)
    assert (young.exists(), old.exists()) == (True, False)
    assert loose.missing(KEY, digests_of(20)) == []


def test_an_adoption_that_died_is_finished_by_the_next(loose, monkeypatch):
    """Files that were moved and not entered are entered by whoever writes next, and count as new."""
    store = FeatureStore(loose.folder)

    def die(_store, _entries):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FeatureStore, "_enter", die)
        with pytest.raises(KeyboardInterrupt):
            store.adopt()
    assert len(shards_of(store)) == 2
    assert store.missing(KEY, digests_of(20)) == digests_of(20)
    assert FeatureStore(loose.folder).adopt() == Adoption(n_shards=2)
    assert_complete(store)


def test_a_writer_says_what_the_system_refuses(tmp_path):
    """A folder that is a file is one sentence, before anything is computed."""
    (tmp_path / "features").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        LooseShards(tmp_path / "features").require_writable()
