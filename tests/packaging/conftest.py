"""Regraft as others get it: built here, from a copy, and looked at from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from importlib.metadata import distributions

import pytest

from base_site import link_packages
from distributions import build, copy_sources
from regraft.core import CACHE_VARIABLE
from warm_start import CAN_FORK, Nursery, NurseryServer

THEIRS = ("cyclopts", "numpy", "PIL.Image", "pyarrow.parquet", "pydantic", "rich.console", "sklearn.linear_model")
"""What takes long to import and is not Regraft's."""


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


@pytest.fixture(scope="session")
def environment(wheel, tmp_path_factory):
    """A fresh virtual environment: the wheel, installed by pip, and links to the packages that it requires."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("[Ll]ib/**/site-packages")
    (own,) = distributions(path=[str(wheel)])
    link_packages(site, own.requires or ())
    pip = [sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-index", "--no-deps"]
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}  # pip would find us there
    subprocess.run([*pip, wheel], check=True, env=plain)
    return folder


@pytest.fixture(scope="session")
def programs(environment):
    """Where the programs of that environment are."""
    return environment / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture(scope="session")
def known(programs, tmp_path_factory):
    """The variables of those that run there: none is ours."""
    home = tmp_path_factory.mktemp("home")
    return {
        "PATH": str(programs), "HOME": str(home), CACHE_VARIABLE: str(home / "cache"), "COLUMNS": "100",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip


@pytest.fixture(scope="session")
def run_installed(programs, known):
    """A function that runs a program of that environment."""

    def run(program, *arguments, folder):
        command = [programs / program, *arguments]
        return subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=240, check=False)

    return run


@pytest.fixture(scope="session")
def run_regraft(run_installed, programs, known):
    """A function that runs its Regraft, in a process that is spared the imports of other packages where that can be."""
    if not CAN_FORK:
        yield lambda *arguments, folder: run_installed("regraft", *arguments, folder=folder)
        return
    server = NurseryServer(THEIRS, python=programs / "python", env=known)
    nursery = Nursery(server.address)
    yield lambda *arguments, folder: nursery.run(["-m", "regraft", *arguments], env=known, cwd=folder)
    nursery.close()
    server.close()
