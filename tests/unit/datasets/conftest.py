from __future__ import annotations

from typing import NamedTuple

import pytest

from little_sets import MAKERS, little_row, server_paths
from publisher import FILES, SIGNS, Notes, Publisher
from regraft.datasets import GetDatasetOptions, Provenance, obtain


class Got(NamedTuple):
    """What came of it."""

    provenance: Provenance
    was_there: bool


@pytest.fixture
def publisher():
    """A server of the two archives of signs."""
    with Publisher(dict(FILES)) as publisher:
        yield publisher


@pytest.fixture
def folder(tmp_path):
    """Where the data set is wanted."""
    return tmp_path / "data" / "my signs"


@pytest.fixture
def get(publisher, folder):
    """Gets the few signs, or what another row describes."""

    def run(row=SIGNS, place=folder, progress=None, **settings):
        options = GetDatasetOptions.of(None, {"folder": place, **settings})
        return Got(*obtain(row, options, progress or Notes(), publisher.web(waits=())))

    return run


@pytest.fixture
def get_little(publisher, get, tmp_path):
    """Gets a small copy of a published data set; `brought` names files that the user has."""

    def run(name, place=None, *, files=None, brought=(), row=None, **settings):
        files = files or MAKERS[name]()
        row = row or little_row(name, files, n_held_out=5 if name == "flowers" else 0)
        publisher.files = {} if settings.pop("is_offline", False) else server_paths(row, files)
        if brought:
            settings["archives"] = tmp_path / "brought"
            settings["archives"].mkdir(exist_ok=True)
            for file_name in brought:
                (settings["archives"] / file_name).write_bytes(files[file_name])
        return get(row, place or tmp_path / name, **settings)

    return run
