"""A disk without space: what was kept stays, a sentence says so, and the run goes on when there is space again."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import regraft
from extraction_child import KEY
from publisher import FILES, SIGNS, Publisher
from regraft.core import CACHE_VARIABLE, SilentProgress, StoreError, digest_bytes
from regraft.datasets import obtain
from regraft.features import FeatureStore
from regraft.recipes import GetDatasetOptions

pytestmark = pytest.mark.slow

pytest.importorskip("resource")

KIB = 1024


class SmallDisk:
    """A file system in memory that can be given more space.

    Args:
        folder: Where it is mounted.
    """

    def __init__(self, folder):
        self.folder = folder

    def mount(self, n_bytes):
        """Make it appear; a system that does not let us is a reason to skip the test."""
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={n_bytes}", "regraft-test", self.folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")

    def resize(self, n_bytes):
        """Give it more space."""
        subprocess.run(["mount", "-o", f"remount,size={n_bytes}", self.folder], check=True)

    def unmount(self):
        """Remove it with all that is in it."""
        if self.folder.is_mount():
            subprocess.run(["umount", self.folder], check=True)


@pytest.fixture
def disk(tmp_path):
    """A small disk, not mounted yet, in the place of a store."""
    if not sys.platform.startswith("linux"):
        pytest.skip("tmpfs is Linux's")
    disk = SmallDisk(tmp_path / "cache" / "features")
    yield disk
    disk.unmount()


def digests_of(n, start=0):
    return [digest_bytes(str(number).encode()) for number in range(start, start + n)]


@pytest.mark.parametrize("n_features", [24, 500])
@pytest.mark.parametrize("n_kib", range(0, 100, 8))
def test_a_store_on_a_full_disk_keeps_what_it_has(n_kib, n_features, disk):
    """Wherever the space ends (shard, index, journal or mark), the error is a sentence and nothing is lost."""

    def rows_of(start):
        return np.random.default_rng(start).standard_normal((20, n_features)).astype(np.float32)

    disk.mount(n_kib * KIB or 1)
    kept = []
    for start in range(0, 300, 20):
        try:
            FeatureStore(disk.folder).add(KEY, digests_of(20, start), rows_of(start))
        except StoreError as error:
            assert "Free some space" in str(error)  # noqa: PT017 - it may also fit
            break
        kept.append(start)
    else:
        pytest.fail("the disk was never full")
    disk.resize(10 << 20)
    for start in kept:
        features, found = FeatureStore(disk.folder).read(KEY, digests_of(20, start))
        assert found.all()
        np.testing.assert_array_equal(features, rows_of(start))
    for start in range(0, 300, 20):
        FeatureStore(disk.folder).add(KEY, digests_of(20, start), rows_of(start))
    assert FeatureStore(disk.folder).info().n_rows == 300
    found = FeatureStore(disk.folder).verify()
    assert (found.damaged, found.n_unlisted) == ((), 0)
    assert not list(disk.folder.rglob("*.tmp"))


WITH_SMALL_FILES = """
import resource, sys
from regraft.cli import main
n_bytes = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))
main()
"""


@pytest.fixture
def embed(nursery, shared_cache, tiny_images, tmp_path):
    """Runs `regraft embed` on the first images, with graphs from the shared cache and a feature store of its own."""
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in ("graphs", "weights"):
        (shared_cache / name).mkdir(exist_ok=True)
        (cache / name).symlink_to(shared_cache / name)
    environment = {**os.environ, CACHE_VARIABLE: str(cache)}

    def run(n_images, n_bytes_of_a_file=None):
        folder = tmp_path / f"images{n_images}"
        folder.mkdir(exist_ok=True)
        for path in sorted(tiny_images.glob("*.png"))[:n_images]:
            (folder / path.name).write_bytes(path.read_bytes())
        out = tmp_path / "features.npy"
        out.unlink(missing_ok=True)
        program = ["-m", "regraft"] if n_bytes_of_a_file is None else ["-c", WITH_SMALL_FILES, n_bytes_of_a_file]
        done = nursery.run([*program, "embed", folder, "--out", out], env=environment, cwd=tmp_path)
        return done, np.load(out) if out.exists() else None

    return run


@pytest.mark.parametrize("means", ["a small disk", "a limit on files"])
def test_the_command_line_says_so_in_a_line_and_goes_on_later(means, disk, embed):
    """`regraft embed` on a full disk: exit code 5 and one line; then the same features as if nothing had been."""
    embed(1)  # the graph is converted; the store is made anew below
    FeatureStore(disk.folder).clear()
    if means == "a small disk":
        disk.mount(200 * KIB)
        small = None
    else:
        small = 100 * KIB
    done, before = embed(8)
    assert done.returncode == 0, done.stderr
    done, nothing = embed(40, small)
    assert done.returncode == StoreError.exit_code
    assert nothing is None
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("regraft: The feature store in ")
    assert "Free some space" in done.stderr
    assert FeatureStore(disk.folder).info().n_rows == 8
    if means == "a small disk":
        disk.resize(10 << 20)
    done, after = embed(40)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(after[:8], before)
    assert len(after) == FeatureStore(disk.folder).info().n_rows == 40
    assert not FeatureStore(disk.folder).verify().damaged


def test_a_prediction_needs_no_space(disk, tiny_images, tmp_path, monkeypatch):
    """With a cache on a full disk answers are the same: the graph is built from the bundle, nothing is written."""
    (tmp_path / "photos" / "a").mkdir(parents=True)
    (tmp_path / "photos" / "b").mkdir()
    for number, path in enumerate(sorted(tiny_images.glob("*.png"))[:40]):
        (tmp_path / "photos" / "ab"[number % 2] / path.name).write_bytes(path.read_bytes())
    probed = regraft.probe(tmp_path / "photos", runs=tmp_path / "runs", n_strengths=2)
    image = str(tmp_path / "photos" / "a" / "0000.png")
    usual = regraft.predict(probed.bundle, [image])
    disk.mount(100 * KIB)
    monkeypatch.setenv(CACHE_VARIABLE, str(disk.folder))
    found = regraft.predict(probed.bundle, [image])
    assert found.predictions == usual.predictions
    assert not found.findings
    assert not list(disk.folder.rglob("weights/*.safetensors"))
    assert not [path for path in disk.folder.rglob("*") if path.suffix in (".bin", ".xml", ".tmp")]
    assert not FeatureStore(disk.folder / "features").verify().damaged


@pytest.mark.parametrize("n_kib", [300, 700, 900])
def test_a_disk_that_fills_while_a_data_set_is_fetched(n_kib, disk, monkeypatch):
    """In an archive or among the images, a sentence says so, and the same command goes on when there is space."""
    disk.mount(n_kib * KIB)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("", (), {"free": 1 << 40}))  # others fill it later
    target = disk.folder / "signs"
    how = GetDatasetOptions(folder=target)
    with Publisher(dict(FILES)) as publisher:
        with pytest.raises(StoreError, match=r"No space left on device\)\. Free some space.*the same command goes on"):
            obtain(SIGNS, how, SilentProgress(), publisher.web())
        assert not target.exists()
        disk.resize(10 << 20)
        assert obtain(SIGNS, how, SilentProgress(), publisher.web())[0].n_images == 18
        n_whole = sum(wanted is None for wanted in publisher.requests)
    assert n_whole == 2, "nothing that had come was fetched again"
    assert [path.name for path in disk.folder.iterdir()] == ["signs"]
