"""A classifier in use, without files of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from regraft.backbones import choose_engine
from regraft.bundle import EngineRecord, choose_like
from regraft.bundle.card import render_card
from regraft.evaluation import assess
from regraft.features import open_store


def test_probabilities_are_those_of_the_head(classifier, golden):
    """Of features, and of pixels of the network's size; rows sum to 1."""
    found = classifier.probabilities(golden["golden_features"])
    assert found.sum(axis=1) == pytest.approx(1)
    assert classifier.head.probabilities(classifier.scores(golden["golden_inputs"])) == pytest.approx(found, abs=1e-5)


def test_its_figures_are_kept(classifier, make_certain):
    """The record and the card hold what was measured, with intervals; the classifier before is unchanged."""
    assessment = assess(make_certain([0, 1, 1, 1], [0, 1, 1, 0], k=2), train_counts=[3, 1])
    found = classifier.with_metrics(assessment)
    assert classifier.record.metrics == {}
    names = {"accuracy", "balanced accuracy", "log loss", "calibration error", "majority class"}
    assert found.record.metrics.keys() == names
    assert found.record.metrics["accuracy"]["value"] == 0.75
    assert found.record.metrics["majority class"]["value"] == 0.25
    assert "| accuracy | 0.750 | 0.301 to 0.954 | 4 |" in render_card(found.record)
    unknown = classifier.with_metrics(assess(make_certain([0, 1], [0, 1], k=2), train_counts=None))
    assert unknown.record.metrics.keys() == names - {"majority class"}


@pytest.mark.parametrize(
    ("made_with", "chosen"),
    [
        (("torch", "fp32", "cpu"), ("torch", "fp32", "cpu")),
        (("openvino", "fp32", "cpu"), ("openvino", "fp32", "cpu")),
        (("an engine of the future", "fp32", "cpu"), ("auto", "fp32", "auto")),
    ],
)
def test_the_engine_is_that_of_the_making_or_the_nearest(classifier, made_with, chosen):
    """Where this machine lacks it, precision counts for more than engine and device."""
    record = classifier.record.model_copy(
        update={"engine": EngineRecord(**dict(zip(("engine", "precision", "device"), made_with, strict=True)))}
    )
    assert choose_like(record) == choose_engine(*chosen)


def test_arrays_of_any_size_are_answered(classifier):
    """A row for each; no images are no rows."""
    images = [np.full((9, 30, 3), 70, np.uint8), np.zeros((40, 12), np.uint8)]
    assert classifier.predict_arrays(images).shape == (2, 2)
    assert classifier.predict_arrays([]).shape == (0, 2)


def test_features_of_more_files_than_the_cache_shall_take_are_not_kept(classifier, tmp_path, monkeypatch):
    """That is said, and the answers are the same; of images in memory none are kept anyway."""
    folder = tmp_path / "new"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.ppm").write_bytes(b"P6 8 8 255\n" + bytes([number * 9]) * 192)
    asked = replace(classifier, cache=tmp_path / "cache")
    shutil.copytree(classifier.cache / "weights", asked.cache / "weights")
    monkeypatch.setattr("regraft.bundle.classifier.N_KEPT_MAX", 2)
    found = asked.predict(folder)
    assert [finding.code for finding in found.findings] == ["many_files"]
    assert "Features of these 3 files are not kept" in found.findings[0].message
    assert open_store(asked.cache).info().n_rows == 0
    monkeypatch.setattr("regraft.bundle.classifier.N_KEPT_MAX", 3)
    again = asked.predict(folder)
    assert again.predictions == found.predictions
    assert open_store(asked.cache).info().n_rows == 3
    assert not again.findings
    assert not asked.predict([np.zeros((8, 8, 3), np.uint8)] * 4).findings
