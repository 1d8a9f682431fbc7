from __future__ import annotations

import pytest

from publisher import CONTENT, URL, DownloadNotes, Publisher
from regraft.datasets.fetching.downloads import fetch_file


@pytest.fixture
def publisher():
    """A server of one file."""
    with Publisher({"/file.zip": CONTENT}) as publisher:
        yield publisher


@pytest.fixture
def fetch(publisher, tmp_path):
    """Fetches the file and returns its content; nothing else is left then."""

    def run(url=URL, n_bytes_max=512_000, waits=(0, 0, 0), progress=None):
        target = tmp_path / "file.zip"
        web = publisher.web(waits=waits)
        fetch_file(url, target, n_bytes_max=n_bytes_max, progress=progress or DownloadNotes(), web=web)
        assert [path.name for path in tmp_path.iterdir()] == ["file.zip"]
        return target.read_bytes()

    return run
