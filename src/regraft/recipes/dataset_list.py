"""`regraft datasets list`: the data sets that are known by name."""

from __future__ import annotations

from regraft.data import DATASETS, Dataset


def list_datasets() -> tuple[Dataset, ...]:
    """All known data sets: size, licence, citation, and how to get them."""
    return tuple(DATASETS[name] for name in DATASETS)
