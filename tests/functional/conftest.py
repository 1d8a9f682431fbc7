from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from base_site import ROOT, link_base
from regraft.core import CACHE_VARIABLE

COLOURS = {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 50, 40)}


def write_picture(path, colour, seed, size=(64, 48)):
    """A textured picture of one colour."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(-30, 30, (6, 8, 1)) + np.array(colour)
    pixels = np.kron(coarse, np.ones((size[1] // 6, size[0] // 8, 1))) + rng.normal(0, 8, (size[1], size[0], 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Sixty pictures in three classes, in two formats."""
    folder = tmp_path_factory.mktemp("data") / "photos"
    for place, (name, colour) in enumerate(COLOURS.items()):
        for number in range(20):
            suffix = "jpg" if number % 2 else "png"
            write_picture(folder / name / f"{number:02d}.{suffix}", colour, 100 * place + number)
    return folder


@pytest.fixture
def command(shared_cache, nursery, tmp_path):
    """Runs the real command line in a process of its own."""

    def run(*arguments, cache=shared_cache, check=True, environment=(), **settings):
        known = {CACHE_VARIABLE: str(cache), "HF_HUB_OFFLINE": "1", "COLUMNS": "100"}
        environment = {**os.environ, **known, **dict(environment)}
        done = nursery.run(["-m", "regraft", *arguments], env=environment, cwd=tmp_path, **settings)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """Starts Python with the packages of the base."""
    folder = tmp_path_factory.mktemp("base")
    link_base(folder)
    known = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(folder)])}

    def run(*arguments, cache, cwd=None):
        command = [sys.executable, "-S", *map(str, arguments)]
        environment = {**os.environ, **known, CACHE_VARIABLE: str(cache), "COLUMNS": "100"}
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=cwd, timeout=120, check=False
        )

    return run


@pytest.fixture(scope="session")
def probed(photos, shared_cache, tmp_path_factory):
    """A finished probe of the pictures."""
    import regraft

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        return regraft.probe(photos, runs=tmp_path_factory.mktemp("runs"), n_strengths=5)


@pytest.fixture(scope="session")
def small_run(photos, shared_cache, tmp_path_factory):
    """The run of a small network, which has hardly learnt anything: a training of it takes half a second."""
    import regraft

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        quick = {"steps": 1, "augmentation": "none", "engine": "torch"}
        return regraft.pretrain(photos, backbone="lenet", runs=tmp_path_factory.mktemp("small"), **quick).folder
