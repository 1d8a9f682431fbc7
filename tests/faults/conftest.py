"""A folder of many tiny images, an uninterrupted extraction of it, and children that extract it too."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import extraction_child
import regraft
from extraction_child import computed_images, extract, images_of
from regraft.core import CACHE_VARIABLE
from regraft.features import FeatureStore
from regraft.features.shards import open_shard

collect_ignore_glob = ["test_*.py"] if os.name == "nt" else []
"""Windows has no SIGKILL, no limits on files and no file systems that a test can mount."""

N_CONTENTS = 900
"""Distinct images: three full shards and one that is not."""
N_COPIES = 30
PATIENCE_SECONDS = 120
"""A limit against hanging, far above what anything takes."""


@pytest.fixture(scope="module")
def image(signs):
    """An encoded image."""
    return (signs / "red" / "00.png").read_bytes()


@pytest.fixture(scope="module")
def until(tmp_path_factory):
    """The file for which `failing_server` waits, before it opens anything anew or answers what it is to hold."""
    return tmp_path_factory.mktemp("until") / "now"


@dataclass(frozen=True, eq=False)
class Uninterrupted:
    """What an extraction gives when nothing happens to it."""

    features: np.ndarray
    rows: dict[bytes, bytes]
    """Content hash -> the bytes of its row."""


@pytest.fixture(scope="session")
def tiny_images(tmp_path_factory):
    """900 different pictures of 8 x 8 pixels, and exact copies of 30 of them."""
    folder = tmp_path_factory.mktemp("tiny")
    pixels = np.random.default_rng(7).integers(0, 256, (N_CONTENTS, 8, 8, 3), np.uint8)
    for number, picture in enumerate([*pixels, *pixels[:N_COPIES]]):
        Image.fromarray(picture).save(folder / f"{number:04d}.png", compress_level=0)
    return folder


@pytest.fixture(scope="session")
def uninterrupted(tiny_images, tmp_path_factory):
    """The reference that every other run is compared with, bit for bit."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    extraction = extract(images_of(tiny_images), folder / "features", folder / "log")
    assert set(computed_images(folder / "log").values()) == {1}
    rows = {content: rows[0] for content, rows in rows_on_disk(folder / "features").items()}
    assert len(rows) == N_CONTENTS
    return Uninterrupted(extraction.features, rows)


@pytest.fixture(scope="session")
def signs(tmp_path_factory):
    """Textured pictures in three colours, twelve of each."""
    folder = tmp_path_factory.mktemp("signs")
    rng = np.random.default_rng(5)
    for name, colour in {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 50, 40)}.items():
        (folder / name).mkdir()
        for number in range(12):
            coarse = np.clip(rng.integers(-30, 30, (6, 8, 1)) + np.array(colour), 0, 255)
            picture = Image.fromarray(coarse.astype(np.uint8)).resize((64, 48))
            picture.save(folder / name / f"{number:02d}.png")
    return folder


@pytest.fixture(scope="session")
def make_version(signs, shared_cache, tmp_path_factory):
    """Makes bundles, each of which has learnt from other pictures and answers differently."""

    def make(number):
        folder = tmp_path_factory.mktemp(f"without{number}")
        for path in signs.glob("*/*.png"):
            if int(path.stem) != number:
                (folder / path.parent.name).mkdir(exist_ok=True)
                (folder / path.parent.name / path.name).write_bytes(path.read_bytes())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CACHE_VARIABLE, str(shared_cache))
            return regraft.probe(folder, runs=tmp_path_factory.mktemp("runs"), quality="fast", n_strengths=2).bundle

    return make


@pytest.fixture(scope="session")
def classifier(make_version):
    """A bundle."""
    return make_version(0)


class Child:
    """An extraction in a process of its own.

    Args:
        nursery: Starts it.
        program: Its command line.
        log: Where it notes what it computes.
    """

    def __init__(self, nursery, program, log):
        self.process = nursery.start(program, env=dict(os.environ))
        self.log = log

    def exit_code(self):
        """Wait for its end: 0, or -9 after a kill. It has nothing to complain about."""
        _, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert errors == ""
        return self.process.returncode

    def kill_after(self, n_images):
        """End it with kill -9 as soon as it has computed some images, if it has not finished."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while computed_images(self.log).total() < n_images and self.process.poll() is None:
            assert time.monotonic() < limit, "the child hangs"
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.001)
        self.process.kill()
        self.exit_code()


@pytest.fixture
def start_child(tiny_images, nursery):
    """Starts extractions of the tiny images; none survives the test."""
    children = []

    def start(store, log, *failpoints, first=0):
        program = [extraction_child.__file__, tiny_images, store, log, str(first), *failpoints]
        children.append(Child(nursery, program, log))
        return children[-1]

    yield start
    for child in children:
        child.process.kill()
        child.process.communicate(timeout=PATIENCE_SECONDS)


def rows_on_disk(store: Path) -> dict[bytes, list[bytes]]:
    """Every row that lies in any shard, whatever the index says: content hash -> the bytes of its rows."""
    rows: dict[bytes, list[bytes]] = {}
    for path in sorted(store.glob("shards/*/*.safetensors")):
        shard = open_shard(path)
        for content, row in zip(shard.keys, shard.features, strict=True):
            rows.setdefault(content.tobytes(), []).append(row.tobytes())
    return rows


@pytest.fixture
def assert_finished(uninterrupted):
    """Checks that a store is what an uninterrupted run leaves: each row once, with its bits, and no other file."""

    def check(store, expected_rows=None):
        expected = uninterrupted.rows if expected_rows is None else expected_rows
        assert rows_on_disk(store) == {content: [row] for content, row in expected.items()}
        kept = FeatureStore(store)
        assert kept.info().n_rows == len(expected)
        found = kept.verify()
        assert (found.damaged, found.n_unlisted) == ((), 0)
        others = {path.name for path in store.rglob("*") if path.is_file() and path.suffix != ".safetensors"}
        assert others == {"catalogue.sqlite", "lock.sqlite"}

    return check
