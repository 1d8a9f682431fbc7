"""Features on a Ray cluster: the same bits, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import regraft
from ray_drivers import Driver, listening_addresses
from ray_nodes import RayCluster, commands_below, wait_until
from regraft.core import CACHE_VARIABLE, has_extra
from regraft.features import FeatureStore
from regraft.features.shards import open_shard

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_extra("scale") or sys.platform != "linux", reason="needs Ray, and looks into /proc"),
]

N_IMAGES = 400
N_DAMAGED = 4
N_A_PORTION = N_IMAGES // 8
"""Two workers have four portions each."""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Images of two classes, of which one in a hundred is cut off."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    for number in range(N_IMAGES):
        path = folder / ("even", "odd")[number % 2] / f"{number:03d}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (48, 64, 3), np.uint8)).save(path)
        if number % (N_IMAGES // N_DAMAGED) == 7:
            path.write_bytes(path.read_bytes()[:900])
    return folder


@pytest.fixture(scope="module")
def cluster():
    """A node of one core."""
    cluster = RayCluster()
    yield cluster
    cluster.close()


@pytest.fixture
def local(photos, tmp_path):
    """What this process makes of the photos by itself."""
    return regraft.embed(photos, out=tmp_path / "local.npy", image_size=64)


def kept_rows(cache):
    """How many rows lie in finished shards, whether a store knows them or not."""
    return sum(len(open_shard(path).keys) for path in cache.glob("features/*/*/[!.]*.safetensors"))


def is_half_way(cluster, cache):
    return len(cluster.workers()) == 2 and kept_rows(cache) >= N_A_PORTION - 1


def test_whatever_dies_costs_the_images_under_way_alone(cluster, photos, local, tmp_path):
    """A second start adopts what the first one finished, and computes the rest, though a worker and a node die, too."""
    cache = tmp_path / "cache"
    cluster.start_node()
    first = Driver(cluster, photos, cache)
    first.wait_until(lambda: is_half_way(cluster, cache))
    first.kill()
    wait_until(lambda: not cluster.workers())
    n_kept = kept_rows(cache)
    assert N_A_PORTION - 2 <= n_kept < N_IMAGES - N_DAMAGED
    second = Driver(cluster, photos, cache)
    second.wait_until(lambda: len(cluster.workers()) == 2 and kept_rows(cache) > n_kept)
    worker, *_others = cluster.workers()
    os.kill(worker, signal.SIGKILL)
    cluster.kill_node(cluster.nodes[-1])
    said = second.said()
    assert said.get("message") is None
    assert said["tasks"]["Computing features on Ray"] == N_IMAGES - n_kept
    assert said["unreadable"] == [record.path for record in local.unreadable]
    assert len(local.unreadable) == N_DAMAGED
    assert np.array_equal(np.load(second.out).view(np.uint32), local.features.view(np.uint32))
    assert second.printed() == ""
    assert not list(cache.glob("features/arrived/*/[!.]*"))


def test_a_node_of_another_version_is_named(cluster, photos, tmp_path):
    """Before anything is computed."""
    other = tmp_path / "other"
    about = other / "regraft-9.9.dist-info" / "METADATA"
    about.parent.mkdir(parents=True)
    about.write_text("Metadata-Version: 2.1\nName: regraft\nVersion: 9.9\n")
    path = os.pathsep.join((str(other), cluster.env["PYTHONPATH"]))
    said = Driver(cluster, photos, tmp_path / "cache", PYTHONPATH=path).said()
    assert said["error"] == "ClusterError"
    assert f"has regraft {version('regraft')}, and this process has 9.9" in said["message"]
    assert not list((tmp_path / "cache").rglob("*.safetensors"))


def test_another_token_is_refused(cluster, photos, tmp_path):
    """In a sentence that says which variables the cluster's belongs into."""
    said = Driver(cluster, photos, tmp_path / "cache", RAY_AUTH_TOKEN="0" * 64).said()
    assert said["error"] == "ClusterError"
    assert "RAY_AUTH_TOKEN" in said["message"]


def test_a_node_that_does_not_see_the_store_is_named(cluster, photos, tmp_path):
    """A file that was just written there is looked for by each node."""
    cache = tmp_path / "cache"
    cache.mkdir()
    hiding = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs none {cache} && exec "$@"', "sh")
    if subprocess.run([*hiding, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this user may not hide a folder")
    node = cluster.start_node(before=hiding)
    said = Driver(cluster, photos, cache).said()
    cluster.kill_node(node)
    assert said["error"] == "ClusterError"
    assert f"does not see {cache / 'features'}" in said["message"]


def test_a_cluster_of_its_own_is_closed_to_others(photos, local, tmp_path, monkeypatch):
    """All its ports are on this machine's own address, nobody is told of it, and it ends with the command."""
    env = {**os.environ, "REGRAFT_CACHE": str(tmp_path / "cache")}
    quick = [
        "--quality",
        "fast",
        "--image-size",
        "64",
        "--n-folds",
        "2",
        "--n-strengths",
        "2",
        "--layer",
        "penultimate",
    ]
    command = [sys.executable, "-m", "regraft", "probe", photos, "--runs", tmp_path / "runs", *quick, "--on", "ray"]
    driver = subprocess.Popen([*map(str, command)], env=env, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: any("RayWorker" in name for name in commands_below(driver.pid).values()))
    processes = commands_below(driver.pid)
    listening = [address for process in processes for address in listening_addresses(process)]
    head = next(process for process, name in processes.items() if "gcs_server" in name)
    settings = Path(f"/proc/{head}/environ").read_text()
    _out, said = driver.communicate(timeout=120)
    assert driver.returncode == 0, said
    assert "ray" not in said.replace("Computing features on Ray", "").lower()
    assert set(listening) == {"127.0.0.1"}
    assert "RAY_USAGE_STATS_ENABLED=0" in settings
    assert "RAY_AUTH_MODE=token" in settings
    wait_until(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))
    assert FeatureStore(tmp_path / "cache" / "features").info().n_looks == len(local.paths)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    again = regraft.embed(photos, out=tmp_path / "again.npy", image_size=64)
    assert again.n_computed == 0
    assert np.array_equal(again.features, local.features)
