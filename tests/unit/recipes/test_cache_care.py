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


def test_an_unknown_action_does_nothing(tmp_path, monkeypatch):
    """It is no check that removes what is damaged: the actions that there are are listed."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    with pytest.raises(OptionError, match=r"no action called 'anything': it should be one of info, verify, clear\."):
        cache("anything")
    assert not (tmp_path / "cache").exists()
