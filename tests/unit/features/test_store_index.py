"""The store's index: only a way to the rows, never believed, made again where it fails."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from known_rows import KEY, OTHER_KEY, ask_index, assert_complete, digests_of, rows_of, shards_of

from damaging import damage
from regraft.core import StoreError


def test_a_lost_index_is_made_again(store):
    """The shards are the truth: without the index nothing is lost."""
    (store.folder / "catalogue.sqlite").unlink()
    assert_complete(store)
    assert store.info().n_rows == 20


def test_an_index_that_lies_is_not_believed(store):
    """Entries that point at other rows, with the index itself well-formed, are put right, and stay so."""
    truth = ask_index(store, "SELECT * FROM entries")
    ask_index(store, "UPDATE entries SET position = 9 - position")
    assert_complete(store)
    assert [row[:2] + row[3:] for row in ask_index(store, "SELECT * FROM entries")] == [
        row[:2] + row[3:] for row in truth
    ]


def test_an_index_that_promises_too_much_loses_only_that(store):
    """An entry for a row that no shard has is forgotten; the rows beside it are read."""
    path = shards_of(store)[0]
    ask_index(
        store,
        "INSERT INTO entries SELECT :recipe, :content, id, 4 FROM shards WHERE name = :name",
        recipe=KEY.fingerprint,
        content=bytes.fromhex(digests_of(1, 90)[0]),
        name=path.name,
    )
    assert store.missing(KEY, digests_of(1, 90)) == []
    assert not store.read(KEY, digests_of(1, 90))[1].any()
    assert store.missing(KEY, digests_of(1, 90)) == digests_of(1, 90)
    assert_complete(store)


def test_an_index_that_does_its_work_is_not_made_again(store):
    """New rows are entered into the index that is there."""
    ask_index(store, "CREATE TABLE mark (number)")
    store.add(KEY, digests_of(1, 20), rows_of(1, 20))
    assert store.missing(KEY, digests_of(21)) == []
    assert ask_index(store, "SELECT * FROM mark") == []


def test_an_index_that_swallows_rows_is_made_again(store):
    """Rows are there when `add` returns, also where the index has taken them without keeping them."""
    ask_index(store, "CREATE TRIGGER swallow BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END")
    store.add(KEY, digests_of(1, 20), rows_of(1, 20))
    assert store.missing(KEY, digests_of(21)) == []


def test_rows_of_another_recipe_are_not_believed_in_this_ones_folder(store):
    """A shard of other features, put beside the right ones and under their fingerprint in the index, is not read."""
    store.add(OTHER_KEY, digests_of(10), rows_of(10, 50))
    (foreign,) = set(store.folder.glob("shards/*/*.safetensors")) - set(
        (store.folder / "shards" / KEY.fingerprint[:32]).iterdir()
    )
    place = shards_of(store)[0].parents[1] / KEY.fingerprint[:32] / foreign.name
    shutil.copy(foreign, place)
    ask_index(
        store,
        "DELETE FROM entries WHERE fingerprint = :recipe",
        "UPDATE entries SET fingerprint = :recipe",
        recipe=KEY.fingerprint,
    )
    features, found = store.read(KEY, digests_of(10))
    assert not found.any()
    assert not features.any()
    assert not place.exists()


def test_a_journal_of_a_dead_writer_does_not_outlive_its_index(store):
    """An index that is made again begins without what SQLite kept beside the old one."""
    beside = [store.folder / f"catalogue.sqlite{ending}" for ending in ("-journal", "-wal", "-shm")]
    for path in [*beside, store.folder / ".rebuilt.sqlite"]:
        path.write_bytes(b"of an index that is gone")
    store.reindex()
    assert not any(path.exists() for path in beside)
    assert_complete(store)


def test_an_index_that_somebody_holds_is_not_taken_for_damaged(store, monkeypatch):
    """A busy index is an error, and stays what it is: only damage makes it be made again."""
    monkeypatch.setattr("regraft.features.catalogue._BUSY_SECONDS", 0.01)
    before = (store.folder / "catalogue.sqlite").stat().st_ino
    with closing(sqlite3.connect(store.folder / "catalogue.sqlite", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="database is locked"):
            store.missing(KEY, digests_of(1))
    assert (store.folder / "catalogue.sqlite").stat().st_ino == before
    assert_complete(store)


@pytest.mark.parametrize("case", range(40))
def test_any_damage_to_the_index_is_healed(store, case):
    """A byte changed or the end cut off anywhere in the index never gives wrong rows."""
    path = store.folder / "catalogue.sqlite"
    damage(path, np.random.default_rng(case))
    features, found = store.read(KEY, digests_of(20))
    np.testing.assert_array_equal(features[found], rows_of(20)[found])
    missing = store.missing(KEY, digests_of(20))
    lost = [row for row, digest in enumerate(digests_of(20)) if digest in missing]
    if lost:
        store.add(KEY, [digests_of(20)[row] for row in lost], rows_of(20)[lost])
    if not store.read(KEY, digests_of(20))[1].all():  # as `Extractor` does where rows do not come back
        store.reindex()
    assert_complete(store)
