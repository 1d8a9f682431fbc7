from __future__ import annotations

import functools

import numpy as np
import pytest

from regraft.backbones import BACKBONES, choose_engine, keep_weights
from regraft.bundle import SCHEMA_VERSION, BundleRecord, Classifier, EngineRecord, NetworkRecord, make_pictures
from regraft.heads import ClassGaussians, LinearHead, NoveltyDetector, PredictionSets, RateThreshold
from regraft.images import Transform

FP32 = choose_engine("openvino", "fp32", "cpu")


def rate(value):
    """A threshold as a data set of 400 images would give it."""
    return RateThreshold(value=value, rate=0.05, n_images=400, n_effective=400.0, correlation=0.0)


@pytest.fixture(scope="session")
def make_classifier(shared_cache):
    """A function that makes classifiers on real networks, with heads that were drawn; all of them answer in float32.

    Those that are asked for alike are one, which nobody changes.
    """

    def network(name, layer, views, read_by):
        spec = BACKBONES[name]
        _path, digest = keep_weights(spec, shared_cache / "weights")
        size = min(spec.image_size, 64)
        spec = spec.model_copy(update={"digest": digest, "image_size": size})
        return NetworkRecord(
            backbone=spec,
            layer=layer,
            transform=Transform(height=size, width=size),
            views=views,
            read_by=read_by,
        )

    @functools.cache
    def make(
        names=("efficientnet-lite0",),
        *,
        layer="penultimate",
        views=("plain",),
        frozen=(),
        kind="softmax",
        measure="relative Mahalanobis",
        n_classes=5,
        is_row_normalised=True,
        temperature=0.7,
        n_used=None,
    ):
        read = ("head",) if frozen else ("head", "novelty")
        networks = [network(name, layer, views, read) for name in names]
        networks += [network(name, "penultimate", ("plain",), ("novelty",)) for name in frozen]
        record = BundleRecord(
            schema_version=SCHEMA_VERSION,
            name="trial",
            created="2026-01-01T00:00:00+00:00",
            class_names=tuple(f"class {place}" for place in range(n_classes)),
            networks=tuple(networks),
            engine=EngineRecord(engine="openvino", precision="fp32", device="cpu"),
            head={},
            digests={},
        )
        specs = tuple(one.backbone for one in networks)
        empty = LinearHead(
            kind, is_row_normalised, np.zeros((n_classes, 1), np.float32), np.zeros(n_classes, np.float32), 1.0, 1
        )
        features = Classifier(record, empty, specs, FP32, shared_cache).all_networks
        rows = features.compute(features.inputs(make_pictures(n_classes + 2)))
        rng = np.random.default_rng(len(names))
        n_inputs = rows.shape[1] - sum(one.backbone.n_features for one in networks if one.is_frozen)
        n_used = n_used or n_inputs
        coef = rng.normal(size=(n_classes, n_used)).astype(np.float32)
        coef *= np.float32(3 if is_row_normalised else 0.05)
        head = LinearHead(
            kind, is_row_normalised, coef, rng.normal(size=n_classes).astype(np.float32), temperature, n_inputs
        )
        seen = rows[:, n_inputs:] if frozen else rows
        labels = np.arange(len(rows)) % n_classes
        gaussians = ClassGaussians.fit(seen, labels) if measure == "relative Mahalanobis" else None
        scores = head.scores(rows[:, :n_inputs]) / temperature
        novelty = NoveltyDetector(measure, gaussians, rate(0.0)).novelty(seen, scores)
        detector = NoveltyDetector(measure, gaussians, rate(float(np.median(novelty))))
        return Classifier(record, head, specs, FP32, shared_cache, detector, PredictionSets(rate(0.8), 0.1, 1.5, 0.5))

    return make
