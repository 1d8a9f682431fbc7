"""`regraft embed --part i/n` as three processes at once on one cache, one of which is killed and started again."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

import regraft
from regraft.core import CACHE_VARIABLE, digest_file
from regraft.features import SHARD_ROWS, FeatureStore
from regraft.features.shards import open_shard

pytestmark = pytest.mark.slow

N_PARTS = 3
PATIENCE_SECONDS = 120


@pytest.fixture
def photos(tiny_images, tmp_path):
    """The tiny images, and one file more that cannot be read."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in tiny_images.glob("*.png"):
        (folder / path.name).hardlink_to(path)
    (folder / "9999.png").write_bytes(b"no image")
    return folder


@pytest.fixture
def new_cache(shared_cache, tmp_path):
    """Makes caches with features of their own and the networks of the shared one."""

    def make(name):
        (tmp_path / name).mkdir()
        for part in ("graphs", "weights"):
            (shared_cache / part).mkdir(exist_ok=True)
            (tmp_path / name / part).symlink_to(shared_cache / part)
        return tmp_path / name

    return make


@pytest.fixture
def start_part(nursery, photos, tmp_path):
    """Starts a part in a process of its own."""

    def start(number, cache):
        line = ["-m", "regraft", "embed", photos, "--image-size", 32, "--part", f"{number}/{N_PARTS}"]
        return nursery.start(line, env={**os.environ, CACHE_VARIABLE: str(cache)}, cwd=tmp_path)

    return start


def wait_for_shard(cache, digests, process):
    """Wait until some rows have arrived, or the process has ended."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < limit:
        for path in cache.glob("features/arrived/*/[!.]*"):
            if digests & {row.tobytes().hex() for row in open_shard(path).keys}:
                return
        time.sleep(0.01)
    assert process.poll() is not None, "the part hangs"


def test_parts_make_the_whole_whoever_is_killed(photos, new_cache, start_part, tmp_path, monkeypatch):
    """A death costs a shard at most; then the whole computes nothing, and is what a local run gives, bit for bit."""
    cache = new_cache("shared")
    files = sorted(photos.glob("*.png"))
    ours = {digest_file(path) for path in files[len(files) // 3 : 2 * len(files) // 3]}
    parts = [start_part(number, cache) for number in (1, 2, 3)]
    wait_for_shard(cache, ours, parts[1])
    parts[1].kill()
    told = [part.communicate(timeout=PATIENCE_SECONDS) for part in parts]
    assert [part.returncode for part in parts] in ([0, -signal.SIGKILL, 0], [0, 0, 0])
    again = start_part(2, cache)
    said, errors = again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 0, errors
    n_again = int(said.split(" images, ")[1].split()[0])
    assert n_again <= len(ours) - SHARD_ROWS
    assert "1 file" in told[2][1]
    assert "9999.png" in told[2][1]
    assert {path.name for path in (cache / "features").iterdir()} == {"arrived"}
    assert not list(tmp_path.glob("features.*"))
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    whole = regraft.embed(photos, image_size=32, out=tmp_path / "whole.npy")
    assert whole.n_computed == 0
    monkeypatch.setenv(CACHE_VARIABLE, str(new_cache("local")))
    local = regraft.embed(photos, image_size=32, out=tmp_path / "local.npy")
    assert local.n_computed == 900
    np.testing.assert_array_equal(whole.features, local.features)
    assert whole.paths == local.paths
    assert (tmp_path / "whole.npy").read_bytes() == (tmp_path / "local.npy").read_bytes()
    assert [one.path for one in whole.unreadable] == [one.path for one in local.unreadable]
    assert FeatureStore(cache / "features").info().n_rows == 900


def test_a_part_without_images_is_no_error(photos, new_cache, monkeypatch):
    """Where there are more parts than images some have none; a part that is done computes nothing."""
    for path in sorted(photos.glob("*.png"))[2:]:
        path.unlink()
    monkeypatch.setenv(CACHE_VARIABLE, str(new_cache("shared")))
    found = [regraft.embed(photos, image_size=32, part=f"{number}/3") for number in (1, 2, 3, 3)]
    assert [(len(one.paths), one.n_computed) for one in found] == [(0, 0), (1, 1), (1, 1), (1, 0)]
    assert all(one.path is None and one.features.size == 0 for one in found)
