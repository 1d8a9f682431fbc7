from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from regraft.core import CACHE_VARIABLE, OptionError, digest_bytes
from regraft.features import FeatureKey, open_store
from regraft.recipes import cache


def test_verify_tells_of_files_that_the_index_did_not_know(tmp_path, monkeypatch):
    """A file whose entry is lost is counted once, and listed afterwards."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    store = open_store(tmp_path)
    key = FeatureKey(transform="t", weights="w", architecture="a", layer="penultimate", engine="e")
    store.add(key, [digest_bytes(b"one")], np.ones((1, 4), np.float32))
    with sqlite3.connect(store.folder / "catalogue.sqlite") as index:
        index.execute("DELETE FROM shards")
        index.execute("DELETE FROM entries")
    index.close()
    assert cache("info").n_rows == 0
    found = cache("verify")
    assert (found.n_unlisted, found.n_rows, found.damaged) == (1, 1, ())
    assert cache("verify").n_unlisted == 0


def test_another_cache_is_merged(tmp_path, monkeypatch):
    """Its rows are here afterwards, and what was damaged is told."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    key = FeatureKey(transform="t", weights="w", architecture="a", layer="penultimate", engine="e")
    other = open_store(tmp_path / "other")
    for number in range(2):
        other.add(key, [digest_bytes(bytes([number]))], np.full((1, 4), number, np.float32))
    bad = next(other.folder.glob("shards/*/*"))
    bad.write_bytes(b"nothing")
    found = cache("merge", tmp_path / "other")
    assert (found.n_rows, found.n_merged, found.n_known, found.damaged) == (1, 1, 0, (bad.name,))
    assert cache("merge", str(tmp_path / "other")).n_known == 1


@pytest.mark.parametrize("given", [("merge",), ("info", "somewhere"), ("verify", "somewhere")])
def test_only_a_merge_takes_a_folder_and_it_needs_one(given, tmp_path, monkeypatch):
    """Whatever is forgotten or too much, one sentence shows the command."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    with pytest.raises(OptionError, match=r"regraft cache merge OTHER"):
        cache(*given)


def test_an_unknown_action_does_nothing(tmp_path, monkeypatch):
    """It is no check that removes what is damaged: the actions that there are are listed."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    with pytest.raises(
        OptionError, match=r"no action called 'anything': it should be one of info, verify, merge, clear\."
    ):
        cache("anything")
    assert not (tmp_path / "cache").exists()
