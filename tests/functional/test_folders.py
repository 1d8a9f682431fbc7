"""Folders as people have them, end to end: what is read, what is said, and the ways out."""

from __future__ import annotations

import json
import shutil

import pyarrow.parquet as pq
import pytest

import regraft

pytestmark = pytest.mark.slow


@pytest.fixture
def trains(photos, tmp_path):
    """A data set with a class called train."""
    for name, old in (("car", "blue"), ("plane", "green"), ("train", "red")):
        shutil.copytree(photos / old, tmp_path / "vehicles" / name)
    return tmp_path / "vehicles"


def test_a_class_called_train(trains, command):
    """The class is read, the terminal and the JSON say so, and both ways out are obeyed on all doors."""
    shown = command("scan", trains).stdout
    assert "60 images in 3 classes" in shown
    assert "Note: 1 folder called like a split is taken for a class" in shown
    assert "--split-folders yes" in shown
    found = json.loads(command("scan", trains, "--format", "json", "--split-folders", "no").stdout)
    assert [finding["code"] for finding in found["findings"]] == []
    other = regraft.scan(trains, split_folders="yes", decode=False)
    assert list(other.summary.classes) == ["car", "plane"]
    assert [finding.code for finding in other.findings] == ["unlabelled_images"]


def test_unlabelled_images_are_left_out_or_embedded(photos, command, tmp_path):
    """Images of a test folder without labels are left out with a warning by a scan; embed takes them."""
    folder = tmp_path / "set"
    for name in ("red", "blue"):
        shutil.copytree(photos / name, folder / "train" / name)
    shutil.copytree(photos / "green", folder / "test")
    shown = command("scan", folder, "--no-decode").stdout
    assert "Warning: 20 images in no class folder are left out ('test')." in shown
    command("embed", folder, "--out", "features.parquet")
    labels = pq.read_table(tmp_path / "features.parquet")["label"].to_pylist()
    assert [labels.count(name) for name in ("red", "blue", None)] == [20, 20, 20]
