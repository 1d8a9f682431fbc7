"""Features of one extraction where the store cannot be written: what is kept is read, the others are in memory."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import StoreError
from regraft.features.adoption import Adoption
from regraft.features.stored_rows import MEMORY_SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.features.key import FeatureKey
    from regraft.features.store import FeatureStore
    from regraft.features.stored_rows import StoredRows


class UnkeptRows:
    """Stands in for a store, with the same methods.

    Args:
        store: The store that cannot be written. It may be readable.
    """

    def __init__(self, store: FeatureStore) -> None:
        self._store = store
        self._rows: dict[tuple[str, str], NDArray[Any]] = {}
        self._is_readable = True

    @property
    def folder(self) -> Path:
        """Of the store."""
        return self._store.folder

    def adopt(self) -> Adoption:
        """Memory can be written, and nobody leaves anything there."""
        return Adoption()

    def missing(self, key: FeatureKey, digests: Sequence[str]) -> list[str]:
        """Those of `digests` that are neither in the store nor here."""
        unknown = [digest for digest in dict.fromkeys(digests) if (key.fingerprint, digest) not in self._rows]
        if not self._is_readable:
            return unknown
        try:
            return self._store.missing(key, unknown)
        except StoreError:
            return unknown

    def add(self, key: FeatureKey, digests: Sequence[str], features: NDArray[Any]) -> None:
        """Keep rows for as long as this object lives."""
        for digest, row in zip(digests, features, strict=True):
            self._rows[key.fingerprint, digest] = row.astype(key.dtype)

    def read(self, key: FeatureKey, digests: Sequence[str]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """As from the store."""
        features, found = np.zeros((len(digests), 0), key.dtype), np.zeros(len(digests), np.bool_)
        if self._is_readable:
            try:
                features, found = self._store.read(key, digests)
            except StoreError:  # damage that cannot be put right: its index promises what nobody can read
                self._is_readable = False
        ours = {place: self._rows.get((key.fingerprint, digest)) for place, digest in enumerate(digests)}
        for place, row in ours.items():
            if row is None or found[place]:
                continue
            if features.shape[1] == 0:
                features = np.zeros((len(digests), len(row)), key.dtype)
            features[place], found[place] = row, True
        return features, found

    def open(
        self, key: FeatureKey, digests: Sequence[str], memory_share: float = MEMORY_SHARE
    ) -> tuple[NDArray[Any] | StoredRows, NDArray[np.bool_]]:
        """As from the store, where all of them are there; else they are in memory."""
        if self._is_readable and not any(fingerprint == key.fingerprint for fingerprint, _digest in self._rows):
            with suppress(StoreError):
                return self._store.open(key, digests, memory_share)
        return self.read(key, digests)

    def reindex(self) -> None:
        """There is no index."""
