"""Rows that a test knows, a store that keeps them, and a way behind its back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np

from regraft.core import digest_bytes
from regraft.features import FeatureKey

KEY = FeatureKey(transform="t", weights="w", architecture="a", layer="penultimate", engine="e")
OTHER_KEY = KEY.model_copy(update={"engine": "other"})


def digests_of(n, start=0):
    return [digest_bytes(str(number).encode()) for number in range(start, start + n)]


def rows_of(n, start=0, width=5):
    return (
        np.arange(start, start + n, dtype=np.float32)[:, None] + np.linspace(0, 0.5, width, dtype=np.float32)
    ).astype(np.float32)


def shards_of(store):
    return sorted(store.folder.glob("shards/*/*.safetensors"))


def ask_index(store, *statements, **values):
    """Put statements to the index behind the store's back; returns what the last one answers."""
    with closing(sqlite3.connect(store.folder / "catalogue.sqlite")) as database, database:
        return [database.execute(statement, values).fetchall() for statement in statements][-1]


def assert_complete(store):
    features, found = store.read(KEY, digests_of(20))
    assert found.all()
    np.testing.assert_array_equal(features, rows_of(20))
