"""Regraft as others get it: built here, from a copy, and looked at from outside."""

from __future__ import annotations

import tarfile

import pytest

from distributions import build, copy_sources


@pytest.fixture(scope="session")
def sdist(tmp_path_factory):
    """The source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    return build("sdist", copy_sources(folder / "sources"), folder / "built")


@pytest.fixture(scope="session")
def unpack(sdist, tmp_path_factory):
    """A function that unpacks the source distribution once more."""

    def once_more():
        folder = tmp_path_factory.mktemp("unpacked")
        with tarfile.open(sdist) as archive:
            archive.extractall(folder, filter="data")
        (sources,) = folder.iterdir()
        return sources

    return once_more


@pytest.fixture(scope="session")
def wheel(unpack, tmp_path_factory):
    """The wheel, built from the source distribution, as builders do."""
    return build("wheel", unpack(), tmp_path_factory.mktemp("wheel"))
