"""What all tests share: a cache of their own, and one for what takes long to make."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regraft.core import CACHE_VARIABLE
from warm_start import Nursery

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the library is imported: no test may ask a hub


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory) -> Path:
    """A cache for the whole session: weights and graphs are converted once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def nursery():
    """Starts real processes that are spared the imports."""
    nursery = Nursery(("regraft.recipes.training", "torch", "timm", "pyarrow.parquet", "sklearn.linear_model"))
    yield nursery
    nursery.close()


@pytest.fixture(autouse=True)
def _isolated(shared_cache, monkeypatch):
    """No test sees the user's cache or a network's hub."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))
