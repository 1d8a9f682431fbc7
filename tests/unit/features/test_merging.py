"""Another store's rows taken into one's own."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from known_rows import KEY, OTHER_KEY, assert_complete, digests_of, rows_of, shards_of

from damaging import damage
from regraft.core import OptionError, StoreError
from regraft.features import Adoption, FeatureStore, LooseShards, merge_store


@pytest.fixture
def other(tmp_path):
    """A store in another cache, with 10 rows that `store` knows, 10 that it does not, and 3 of another key."""
    other = FeatureStore(tmp_path / "other" / "features")
    other.add(KEY, digests_of(20, 10), rows_of(20, 10))
    other.add(OTHER_KEY, digests_of(3), rows_of(3))
    return other


def contents_of(folder):
    """Every file of a folder: its bytes, and when they were changed."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.parametrize("place", ["the store", "its cache"])
def test_what_another_store_has_is_taken_in_and_it_stays_as_it_is(store, other, place):
    """Rows that were missing are there, known ones are not doubled, and the other store has not changed by a byte."""
    before = contents_of(other.folder)
    found = merge_store(store, other.folder if place == "the store" else other.folder.parent)
    assert found == Adoption(n_shards=2, n_known=10)
    assert store.info().n_rows == 33
    np.testing.assert_array_equal(store.read(KEY, digests_of(30))[0], rows_of(30))
    assert store.read(OTHER_KEY, digests_of(3))[1].all()
    assert contents_of(other.folder) == before
    assert merge_store(store, other.folder) == Adoption(n_known=23)
    assert store.verify().damaged == ()


def test_a_store_that_is_empty_takes_files_as_they_are(tmp_path, other):
    """On one file system they are linked: the same file, twice named; removing one leaves the other."""
    store = FeatureStore(tmp_path / "features")
    merge_store(store, other.folder)
    assert [ours.samefile(theirs) for ours, theirs in zip(shards_of(store), shards_of(other), strict=True)] == [
        True
    ] * 2
    store.clear()
    assert other.read(KEY, digests_of(20, 10))[1].all()


def test_where_nothing_can_be_linked_files_are_copied(tmp_path, other, monkeypatch):
    """Another file system, or another user's file: the bytes are the same, the file is another."""

    def refuse(_source, _target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    store = FeatureStore(tmp_path / "features")
    assert merge_store(store, other.folder).n_shards == 2
    for ours, theirs in zip(shards_of(store), shards_of(other), strict=True):
        assert ours.read_bytes() == theirs.read_bytes()
        assert not ours.samefile(theirs)


@pytest.mark.parametrize("kind", ["its rows", "its head", "a folder"])
def test_damaged_files_are_told_and_passed_over(store, other, kind):
    """Whatever is wrong with a file, the others are taken in, and it stays where it is."""
    bad = next(path for path in shards_of(other) if path.parent.name == KEY.fingerprint[:32])
    if kind == "its rows":
        damage(bad, np.random.default_rng(3), first=bad.stat().st_size - 100)
    elif kind == "its head":
        bad.write_bytes(b"\0" * 50)
    else:
        bad.unlink()
        bad.mkdir()
    assert merge_store(store, other.folder) == Adoption(n_shards=1, damaged=(bad.name,))
    assert bad.exists()
    assert_complete(store)


def test_what_others_left_there_and_here_is_merged_too(store, other):
    """Shards that neither store has adopted yet count like all others; an interrupted merge goes on."""
    LooseShards(other.folder).add(KEY, digests_of(5, 40), rows_of(5, 40))
    LooseShards(store.folder).add_file(shards_of(other)[0], shards_of(other)[0].parent.name)
    assert merge_store(store, other.folder).n_shards == 3
    assert store.info().n_rows == 38


def test_another_format_is_refused(store, other):
    """One sentence says which format it has, and nothing is taken in."""
    with closing(sqlite3.connect(other.folder / "catalogue.sqlite")) as index:
        index.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreError, match=r"has format 7, and this version of Regraft reads format 1"):
        merge_store(store, other.folder)
    assert store.info().n_rows == 20


def test_what_is_no_other_store_is_refused(store, tmp_path):
    """A folder without a store, none at all, and the store itself."""
    for folder in (tmp_path / "none", tmp_path / "none" / "file"):
        with pytest.raises(OptionError, match="is no feature store"):
            merge_store(store, folder)
        folder.parent.mkdir(exist_ok=True)
    with pytest.raises(OptionError, match="merged into"):
        merge_store(store, store.folder.parent)
