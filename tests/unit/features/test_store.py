from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from regraft.core import digest_bytes
from regraft.features import FeatureKey, FeatureStore

KEY = FeatureKey(transform="t", weights="w", architecture="a", layer="penultimate", engine="e")
OTHER_KEY = KEY.model_copy(update={"engine": "other"})


def digests_of(n, start=0):
    return [digest_bytes(str(number).encode()) for number in range(start, start + n)]


def rows_of(n, start=0, width=5):
    return (
        np.arange(start, start + n, dtype=np.float32)[:, None] + np.linspace(0, 0.5, width, dtype=np.float32)
    ).astype(np.float32)


@pytest.fixture
def store(tmp_path):
    """A store with two shards of 10 rows."""
    store = FeatureStore(tmp_path / "features")
    store.add(KEY, digests_of(10), rows_of(10))
    store.add(KEY, digests_of(10, 10), rows_of(10, 10))
    return store


def shards_of(store):
    return sorted(store.folder.glob("shards/*/*.safetensors"))


def assert_complete(store):
    features, found = store.read(KEY, digests_of(20))
    assert found.all()
    np.testing.assert_array_equal(features, rows_of(20))


def test_rows_come_back_as_they_were_kept(store):
    """Rows are read in any order, repeated, by another object, with unknown ones marked."""
    wanted = [digests_of(20)[row] for row in (13, 2, 2, 19)] + digests_of(1, 99)
    features, found = FeatureStore(store.folder).read(KEY, wanted)
    np.testing.assert_array_equal(features[:4], rows_of(20)[[13, 2, 2, 19]])
    assert found.tolist() == [True] * 4 + [False]
    assert not features[4].any()


def test_rows_of_another_recipe_are_other_rows(store):
    """The key decides: the same images under another engine are missing."""
    assert store.missing(OTHER_KEY, digests_of(3)) == digests_of(3)
    assert store.missing(KEY, digests_of(22)) == digests_of(2, 20)


def test_an_empty_store_needs_no_folder(tmp_path):
    """Looking into a store that does not exist finds nothing and creates nothing."""
    store = FeatureStore(tmp_path / "none")
    features, found = store.read(KEY, digests_of(2))
    assert features.shape == (2, 0)
    assert not found.any()
    assert store.info().n_rows == store.clear().n_rows == 0
    assert not store.folder.exists()


def test_rows_are_kept_once(store):
    """Adding known rows again adds no shard; a mixture adds the new ones only."""
    store.add(KEY, digests_of(10), rows_of(10))
    assert len(shards_of(store)) == 2
    store.add(
        KEY, [*digests_of(10), *digests_of(1, 50), *digests_of(1, 50)], np.concatenate([rows_of(10), rows_of(2, 50)])
    )
    assert store.info().n_rows == 21


def test_a_lost_index_is_made_again(store):
    """The shards are the truth: without the index nothing is lost."""
    (store.folder / "catalogue.sqlite").unlink()
    assert_complete(store)
    assert store.info().n_rows == 20


@pytest.mark.parametrize("case", range(40))
def test_any_damage_to_the_index_is_healed(store, case):
    """A byte changed or the end cut off anywhere in the index never gives wrong rows."""
    path = store.folder / "catalogue.sqlite"
    raw = bytearray(path.read_bytes())
    rng = np.random.default_rng(case)
    place = int(rng.integers(len(raw)))
    if case % 4:
        raw[place] ^= int(rng.integers(1, 256))
    else:
        del raw[place:]
    path.write_bytes(raw)
    features, found = store.read(KEY, digests_of(20))
    np.testing.assert_array_equal(features[found], rows_of(20)[found])
    missing = store.missing(KEY, digests_of(20))
    lost = [row for row, digest in enumerate(digests_of(20)) if digest in missing]
    if lost:
        store.add(KEY, [digests_of(20)[row] for row in lost], rows_of(20)[lost])
    if not store.read(KEY, digests_of(20))[1].all():  # as `Extractor` does where rows do not come back
        store.reindex()
    assert_complete(store)


@pytest.mark.parametrize("case", range(40))
def test_any_damage_to_a_shard_is_found_and_healed(store, case):
    """A byte changed or the end cut off anywhere in a shard: its rows go missing and can be added again."""
    path = shards_of(store)[0]
    raw = bytearray(path.read_bytes())
    rng = np.random.default_rng(case)
    place = int(rng.integers(len(raw)))
    if case % 4:
        raw[place] ^= int(rng.integers(1, 256))
    else:
        del raw[place:]
    path.write_bytes(raw)
    features, found = store.read(KEY, digests_of(20))
    np.testing.assert_array_equal(features[found], rows_of(20)[found])
    verification = store.verify()
    assert len(verification.damaged) <= 1
    missing = store.missing(KEY, digests_of(20))
    lost = [row for row, digest in enumerate(digests_of(20)) if digest in missing]
    store.add(KEY, [digests_of(20)[row] for row in lost], rows_of(20)[lost])
    assert_complete(store)
    assert not store.verify().damaged


def test_an_index_that_lies_is_not_believed(store):
    """Entries that point at other rows, with the index itself well-formed, are put right."""
    with sqlite3.connect(store.folder / "catalogue.sqlite") as database:
        database.execute("UPDATE entries SET position = 9 - position")
    database.close()
    assert_complete(store)


def test_a_missing_shard_is_missing_rows(store):
    """Deleting a shard by hand loses its rows only."""
    shards_of(store)[0].unlink()
    _features, found = store.read(KEY, digests_of(20))
    assert found.sum() == 10
    assert len(store.missing(KEY, digests_of(20))) == 10


def test_verify_lists_shards_that_the_index_does_not_know(store):
    """A shard whose writer died before entering it is found by a check, and its rows are there."""
    with sqlite3.connect(store.folder / "catalogue.sqlite") as database:
        database.execute("DELETE FROM shards WHERE id = 1")
        database.execute("DELETE FROM entries WHERE shard = 1")
    database.close()
    assert len(store.missing(KEY, digests_of(20))) == 10
    assert store.verify().n_unlisted == 1
    assert_complete(store)


def test_clear_removes_everything(store):
    """After clearing there is no folder; what was there is told."""
    before = store.clear()
    assert (before.n_rows, before.n_shards, before.n_recipes) == (20, 2, 1)
    assert not store.folder.exists()
