"""`regraft datasets list` and `show`: the data sets that are known by name."""

from __future__ import annotations

from regraft.datasets import DATASETS, Dataset


def list_datasets() -> tuple[Dataset, ...]:
    """All known data sets: size, licence, citation, and how to get them."""
    return tuple(DATASETS[name] for name in DATASETS)


def show_dataset(name: str) -> Dataset:
    """The data set called `name`.

    Raises:
        OptionError: There is none; the message suggests near names.
    """
    return DATASETS[name]
