from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest

from regraft.backbones import BACKBONES, choose_engine, keep_weights
from regraft.bundle import SCHEMA_VERSION, BundleRecord, Classifier, EngineRecord, Making, NetworkRecord, save_bundle
from regraft.core import digest_file
from regraft.heads import LinearHead
from regraft.images import Transform

SEEN = tuple(hashlib.sha256(bytes([number])).hexdigest() for number in range(3))
"""Content hashes of the images that the classifier has learnt from."""


@pytest.fixture(scope="session")
def classifier(tmp_path_factory):
    """A classifier of two classes on a small network with drawn weights."""
    cache = tmp_path_factory.mktemp("cache")
    backbone = BACKBONES["one-hidden"]
    _path, digest = keep_weights(backbone, cache / "weights")
    backbone = backbone.model_copy(update={"digest": digest})
    coef = np.random.default_rng(0).normal(size=(2, backbone.n_features)).astype(np.float32)
    head = LinearHead("softmax", is_row_normalised=False, coef=coef, intercept=np.zeros(2, np.float32),
                      temperature=1.0, n_inputs=backbone.n_features)  # fmt: skip
    record = BundleRecord(
        schema_version=SCHEMA_VERSION,
        name="run",
        created="2026-01-01T00:00:00+00:00",
        class_names=("ant", "bee"),
        networks=(NetworkRecord(backbone=backbone, layer="penultimate", transform=Transform(height=28, width=28)),),
        engine=EngineRecord(engine="torch", precision="fp32", device="cpu"),
        head={},
        digests={},
        making=Making(network="fixed", calibration="none"),
    )
    return Classifier(record, head, (backbone,), choose_engine("torch", "fp32", "cpu"), cache)


@pytest.fixture(scope="session")
def golden(classifier):
    """Three inputs of the network, and their features."""
    pixels = np.random.default_rng(1).integers(0, 256, (3, 28, 28, 3), np.uint8)
    return {"golden_inputs": [pixels], "golden_features": classifier.networks.compute([pixels])}


@pytest.fixture(scope="session")
def whole(classifier, golden, tmp_path_factory):
    """The classifier saved."""
    folder = tmp_path_factory.mktemp("saved") / "bundle"
    save_bundle(classifier, folder, **golden, seen=SEEN)
    return folder


@pytest.fixture
def bundle(whole, tmp_path):
    """A copy of the bundle to damage."""
    return shutil.copytree(whole, tmp_path / "bundle")


@pytest.fixture
def rewrite(bundle):
    """A function that changes the copy's record as a dictionary."""

    def rewrite(change):
        path = bundle / "bundle.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        change(record)
        path.write_text(json.dumps(record), encoding="utf-8")

    return rewrite


@pytest.fixture
def reseal(bundle, rewrite):
    """A function that makes the digest of one of the copy's files right."""
    return lambda name: rewrite(lambda record: record["digests"].update({name: digest_file(bundle / name)}))
