"""A finished classifier in use: predict, evaluate, check, embed, scan, from Python."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

import regraft
from regraft.core import BundleError, DataError, OptionError


def test_predictions_name_the_class_and_the_files_that_failed(probed, photos, tmp_path):
    """Files and folders are classified in their order; a broken one is reported with its reason."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    result = regraft.predict(probed.folder, [photos / "red" / "00.png", broken, photos / "blue"], top_k=2)
    assert result.predictions[0].label == "red"
    assert len(result.predictions) == 21
    assert sum(row.label == "blue" for row in result.predictions) >= 19
    assert [record.reason for record in result.unreadable] == ["not_an_image"]
    first, second = result.predictions[0].top
    assert first[1] >= second[1]


def test_arrays_and_files_get_the_same_answer(probed, photos):
    """A picture in memory is treated as the same picture in a file."""
    classifier = regraft.load(probed.bundle)
    path = photos / "green" / "04.png"
    from_array = classifier.predict_arrays([np.asarray(Image.open(path))])[0]
    from_file = next(iter(classifier.predict_files([path]))).probabilities[0]
    np.testing.assert_allclose(from_array, from_file, atol=1e-6)
    assert "3 classes" in repr(classifier)
    with pytest.raises(OptionError, match="uint8"):
        classifier.predict_arrays([np.zeros((4, 4, 3))])
    assert classifier.predict_arrays([]).shape == (0, 3)


def test_a_classifier_predicts_as_the_verb_does(probed, photos, tmp_path):
    """Paths, folders, arrays and Pillow images, one or many, give the named classes that `predict` gives."""
    classifier = regraft.load(str(probed.folder))
    paths = sorted((photos / "red").iterdir())[:3]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    assert classifier.predict([*paths, broken, photos / "blue"], top_k=2) == regraft.predict(
        classifier, [*paths, broken, photos / "blue"], top_k=2
    )
    expected = classifier.predict(paths, top_k=3).predictions
    pictures = [Image.open(path) for path in paths]
    for images in (pictures, map(np.asarray, pictures), np.stack([np.asarray(one) for one in pictures])):
        found = classifier.predict(images, top_k=3).predictions
        assert [one.path for one in found] == ["image 0", "image 1", "image 2"]
        for one, other in zip(found, expected, strict=True):
            assert one.label == other.label
            assert one.probability == pytest.approx(other.probability, abs=1e-6)
    assert regraft.predict(classifier, pictures[0]).predictions[0].label == "red"
    assert classifier.predict([]).predictions == ()
    cut = io.BytesIO((photos / "red" / "00.png").read_bytes()[:-200])
    result = classifier.predict([pictures[0], Image.open(cut), pictures[1]])
    assert [one.path for one in result.predictions] == ["image 0", "image 2"]
    assert [(one.path, one.reason) for one in result.unreadable] == [("image 1", "truncated")]
    assert [one.n for one in result.findings if one.code == "unreadable"] == [1]


def test_what_a_classifier_cannot_predict_is_refused(probed, photos):
    """A sentence says so: paths among pixels, no class to name, numbers."""
    classifier, path = regraft.load(probed.bundle), photos / "red" / "00.png"
    with pytest.raises(OptionError, match="1 paths and 1 images in memory"):
        classifier.predict([path, np.zeros((4, 4), np.uint8)])
    with pytest.raises(OptionError, match="top_k is 0"):
        classifier.predict(path, top_k=0)
    with pytest.raises(OptionError, match=r"Item 1 of the list is the float 1\.5\. An image is a path, a uint8 array"):
        classifier.predict([path, 1.5])


def test_evaluating_measures_labelled_images(probed, photos, tmp_path):
    """A saved classifier is measured on a folder; unknown classes are refused."""
    result = regraft.evaluate(probed.bundle, photos, runs=tmp_path)
    assert result.assessment.n_images == 60
    assert (result.folder / "report.html").is_file()
    (tmp_path / "other" / "purple").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "other" / "purple" / "a.png")
    with pytest.raises(DataError, match="unknown to the classifier"):
        regraft.evaluate(probed.bundle, tmp_path / "other", runs=tmp_path)


def test_a_bundle_replays_its_golden_inputs(probed, tmp_path):
    """A fresh bundle checks out exactly; one that is no bundle is named as such."""
    result = regraft.check(probed.folder)
    assert result.n_inputs == 4
    assert result.is_same_engine
    assert result.largest_difference <= result.tolerance
    with pytest.raises(BundleError, match="no bundle"):
        regraft.check(tmp_path)


@pytest.mark.parametrize("suffix", [".parquet", ".npy"])
def test_features_can_be_written_to_a_file(photos, tmp_path, suffix):
    """The penultimate layer's features leave in two formats, with their paths and labels."""
    result = regraft.embed(photos, out=tmp_path / f"features{suffix}")
    assert result.features.shape == (60, 1280)
    if suffix == ".npy":
        np.testing.assert_array_equal(np.load(result.path), result.features)
        assert len((tmp_path / "features.txt").read_text().splitlines()) == 60
    else:
        table = pq.read_table(result.path)
        assert table.column("label").to_pylist()[0] == "blue"
        np.testing.assert_array_equal(table.column("features").to_pylist()[5], result.features[5])
    with pytest.raises(OptionError, match=r"\.parquet or \.npy"):
        regraft.embed(photos, out=tmp_path / "features.pkl")


def test_a_scan_counts_and_finds(photos, tmp_path):
    """Scanning counts classes and notices the same picture under two labels."""
    assert regraft.scan(photos).summary.n_images == 60
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.png").write_bytes((photos / "red" / "00.png").read_bytes())
    codes = {finding.code for finding in regraft.scan(tmp_path).findings}
    assert "contradicting_labels" in codes


@pytest.mark.slow
def test_a_scan_looks_into_the_images(photos, command, tmp_path):
    """Half a picture is found and named, and the terminal says what was looked at; without decoding it says that."""
    shutil.copytree(photos, tmp_path / "photos")
    whole = tmp_path / "photos" / "red" / "00.png"
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    shown = command("scan", "photos").stdout
    assert "Decoded 59 of 60 images: 30 JPEG, 29 PNG; all of 64 x 48 pixels; 0 grey." in shown
    assert "00.png: truncated" in shown
    shown = command("scan", "photos", "--no-decode").stdout
    assert "No image was decoded (--no-decode): damaged ones are found by probe." in shown
    assert "00.png" not in shown


def test_lists_and_facts_are_there():
    """Backbones, data sets, the cache and the machine can be asked about."""
    rows = {row.name: row for row in regraft.list_backbones()}
    assert rows["efficientnet-lite0"].is_offline
    assert {row.name for row in regraft.list_datasets()} >= {"elpv", "belgium-signs"}
    assert regraft.doctor().n_cores >= 1
