from __future__ import annotations

from regraft.core import CACHE_VARIABLE, cache_folder, n_usable_cores


def test_the_cache_can_be_put_anywhere(tmp_path, monkeypatch):
    """The environment variable decides; without it the system's own place is taken."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv(CACHE_VARIABLE)
    assert cache_folder().name == "regraft"


def test_at_least_one_core_is_usable():
    """The count of cores can be used as a number of threads."""
    assert n_usable_cores() >= 1
