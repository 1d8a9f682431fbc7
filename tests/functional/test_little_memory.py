"""Features that are more than memory should hold: they stay in the store, and verbs give what they give elsewhere."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from base_site import ROOT
from regraft.core import CACHE_VARIABLE
from regraft.data import fingerprint_manifest
from regraft.datasets import read_dataset
from regraft.evaluation import Predictions
from regraft.experiments import ProbeOptions, open_networks

pytestmark = pytest.mark.slow
N, LITTLE, MUCH = 600, 20_000_000, 1 << 40
QUICK = ("--layer", "penultimate", "--n-strengths", "4", "--normalisation", "l2", "--n-folds", "2", "--quality", "fast")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Tiny images of three classes, and a cache that holds features of them, 3 MB, which tell the classes apart."""
    folder, cache = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("cache")
    rng = np.random.default_rng(0)
    for number in range(N):
        path = folder / "abc"[number % 3] / f"{rng.integers(1 << 40):x}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8, 3), np.uint8)).save(path)
    manifest = read_dataset(str(folder))
    [extractor] = open_networks(ProbeOptions(layer="penultimate"), cache).only.extractors
    centres = rng.normal(0, 0.07, (3, 1280))
    rows = np.maximum(centres[manifest.labels] + rng.normal(0.5, 1, (N, 1280)), 0)
    digests = fingerprint_manifest(manifest).digests
    order = rng.permutation(N)
    for some in np.array_split(order, 5):
        extractor.store.add(extractor.order.key, [digests[row] for row in some], rows[some])
    return folder, cache


@pytest.fixture
def told(images, nursery, tmp_path):
    """Runs a verb on the images with so much memory; what it says."""

    def run(n_bytes, *arguments):
        known = {CACHE_VARIABLE: str(images[1]), "COLUMNS": "1000"}
        child = [str(ROOT / "tests/faults/little_memory.py"), str(n_bytes), *map(str, arguments)]
        done = nursery.run(child, env={**os.environ, **known}, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


def test_a_probe_is_the_same_where_memory_is_little(images, told, tmp_path):
    """The same strength, nearly the same answers and measures, and a note; then `evaluate` and `embed`, which agree."""
    folder, _cache = images
    reports, answers = {}, {}
    for name, n_bytes in (("little", LITTLE), ("much", MUCH)):
        said = told(n_bytes, "probe", folder, "--runs", tmp_path, "--name", name, *QUICK)
        assert ("they stay in the cache, and are read in blocks" in said) == (name == "little")
        reports[name] = json.loads((tmp_path / name / "report.json").read_text())
        answers[name] = Predictions.read_parquet(tmp_path / name / "predictions.parquet")
    little, much = reports["little"], reports["much"]
    assert "were streamed in" in little["calibration"]
    assert "were streamed in" not in much["calibration"]
    assert any("read in blocks" in one["message"] for one in little["notices"])
    assert little["regularisation"]["chosen_strength"] == much["regularisation"]["chosen_strength"]
    assert little["assessment"]["accuracy"]["value"] == pytest.approx(much["assessment"]["accuracy"]["value"], abs=0.02)
    assert little["feature_map"] == much["feature_map"]
    np.testing.assert_allclose(answers["little"].probabilities, answers["much"].probabilities, atol=0.03)
    said = told(LITTLE, "evaluate", tmp_path / "little", folder, "--runs", tmp_path, "--name", "again")
    assert "read in blocks" in said
    for name, n_bytes in (("little", LITTLE), ("much", MUCH)):
        told(n_bytes, "embed", folder, "--out", tmp_path / f"{name}.npy")
        told(n_bytes, "embed", folder, "--out", tmp_path / f"{name}.parquet")
    for suffix in ("npy", "parquet", "txt"):
        assert (tmp_path / f"little.{suffix}").read_bytes() == (tmp_path / f"much.{suffix}").read_bytes()
