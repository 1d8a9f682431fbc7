"""Why a classifier says what it says: scores taken apart, from the bundle to the pictures."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

import regraft
from regraft.core import CACHE_VARIABLE, DataError, OptionError
from regraft.heads import against_others


@pytest.fixture(autouse=True)
def _place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def exact(photos, shared_cache, tmp_path_factory):
    """A probe in full precision of two networks and two views."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        small = {"image_size": 64, "views": 2, "precision": "fp32", "n_strengths": 2, "n_folds": 2}
        runs = tmp_path_factory.mktemp("runs")
        return regraft.probe(photos, backbone="efficientnet-lite0+efficientnet-lite1", runs=runs, **small)


def summed(parts):
    """What all that a score is said to be made of comes to, without the rounding."""
    return sum(value for name, value in parts.summands if name != "rounding")


@pytest.mark.slow
def test_a_score_is_the_sum_of_what_is_shown(exact, photos):
    """Cells, bias and what has no place give what the class is ahead of all others by, and of the second."""
    images = sorted(photos.rglob("*.png"))[::7]
    classifier = regraft.load(exact.folder)
    result = regraft.explain(classifier, images, occlusion=True)
    scores = classifier.scores(classifier.networks.inputs(images)).astype(float)
    for one, row in zip(result.explanations, scores, strict=True):
        first, second = (classifier.class_names.index(name) for name in (one.label, one.runner_up))
        assert [first, second] == np.argsort(-row)[:2].tolist()
        tolerance = 1e-4 * np.abs(row).max()
        others = against_others(first, row / classifier.head.temperature)
        assert one.own.score == pytest.approx(others @ row, abs=tolerance)
        assert summed(one.own) == pytest.approx(others @ row, abs=tolerance)
        assert summed(one.contrast) == pytest.approx(row[first] - row[second], abs=tolerance)
        assert [len(part.cells) for part in one.contrast.maps] == [2, 2]
        assert one.contrast.unlocated == 0
        assert np.shape(one.occlusion.cells) == (2, 2)


@pytest.mark.slow
def test_files_hold_what_python_is_given(probed, photos, tmp_path):
    """A JSON file and a picture for each image, one page for all, in a folder that is there when all is done."""
    result = regraft.explain(probed.folder, photos / "red", runs="why", name="red")
    assert result.folder == tmp_path / "why" / "red"
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(result.folder.glob("*.json"))]
    assert kept == [one.model_dump(mode="json") for one in result.explanations]
    assert len(kept) == 20
    with Image.open(min(result.folder.glob("*.png"))) as picture:
        assert picture.size == (3 * 336 + 2 * 8, 336)
    page = result.report.read_text(encoding="utf-8")
    assert page.count("<article") == 20
    assert page.count("data:image/jpeg") == 60


@pytest.mark.slow
def test_images_in_memory_are_explained_as_files_are(probed, photos):
    """The same numbers; only the name is another."""
    file = photos / "green" / "00.png"
    [by_file] = regraft.explain(probed.folder, file).explanations
    [by_pixels] = regraft.explain(probed.folder, np.asarray(Image.open(file))).explanations
    assert by_pixels == by_file.model_copy(update={"path": "image 0"})


@pytest.mark.slow
def test_what_speaks_for_a_class_is_where_it_is(probed, photos):
    """Of a picture of four pictures, what speaks for a class rather than another lies on the picture of that class."""
    red, blue = (np.asarray(Image.open(photos / name / "00.png").resize((112, 112))) for name in ("red", "blue"))
    for place in range(2):
        rows = [np.hstack([red, blue] if place == 0 else [blue, red])] * 2
        [one] = regraft.explain(probed.folder, np.vstack(rows)).explanations
        cells = np.array(one.contrast.maps[0].cells)
        reds = cells[:, :3] if place == 0 else cells[:, 4:]
        blues = cells[:, 4:] if place == 0 else cells[:, :3]
        if {one.label, one.runner_up} == {"red", "blue"}:
            assert (reds.sum() > blues.sum()) == (one.label == "red")


@pytest.mark.slow
def test_a_network_without_a_map_is_covered_instead(small_run, photos):
    """LeNet ends in fully connected layers: no cell has a share, and what covering each does is measured."""
    [one] = regraft.explain(small_run, photos / "red" / "00.png").explanations
    assert one.contrast.maps == ()
    assert one.contrast.score == pytest.approx(one.contrast.bias + one.contrast.unlocated, abs=1e-5)
    assert np.shape(one.occlusion.cells) == (7, 7)
    assert np.any(one.occlusion.cells)


@pytest.mark.slow
def test_the_command_line_tells_the_sum(command, probed, photos, tmp_path):
    """One row an image, what could not be read, and where the page is."""
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    done = command("explain", probed.folder, photos / "red" / "00.png", "broken.png")
    assert " cells of efficientnet-lite0 " in done.stdout
    assert " bias" in done.stdout
    assert "rather than" in done.stdout
    assert "1 file could not be read and was left out" in done.stdout
    assert "photos-probe-explain/report.html" in done.stdout
    assert "Name image files" in command("explain", probed.folder, check=False).stderr


def test_nothing_that_can_be_explained_is_an_error(probed, photos, tmp_path):
    """Files that are no images leave no folder behind; paths and pixels are not mixed."""
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(DataError, match="None of 1 image could be read"):
        regraft.explain(probed.folder, "a.png")
    with pytest.raises(OptionError, match="Give either"):
        regraft.explain(probed.folder, [photos / "red" / "00.png", np.zeros((3, 3), np.uint8)])
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_a_report_shows_what_spoke_for_the_wrong_class(photos, tmp_path):
    """Of the surest mistakes, against the true class: two pictures and two sums each."""
    for name, others in (("red", "blue"), ("blue", "red")):
        (tmp_path / "mixed" / name).mkdir(parents=True)
        for number in range(20):
            [source] = (photos / (others if number < 5 else name)).glob(f"{number:02d}.*")
            target = tmp_path / "mixed" / name / f"{number:02d}{source.suffix}"
            target.write_bytes(source.read_bytes())
    result = regraft.probe(tmp_path / "mixed", runs=tmp_path / "runs", n_strengths=2, n_folds=2)
    assert result.assessment.mistakes
    page = result.report.read_text(encoding="utf-8")
    n_shown = min(6, len(result.assessment.mistakes))
    assert page.count('<ul class="maps">') == n_shown
    assert page.count('<table class="plain sums">') == n_shown


@pytest.mark.slow
def test_the_nearest_training_images_are_named(probed, photos, tmp_path, monkeypatch):
    """Of a training image itself and others of its class, by the run's list; where that is gone it is said."""
    listed = pq.read_table(probed.folder / "training.parquet").to_pydict()
    result = regraft.explain(probed.folder, photos / listed["path"][0])
    near = result.explanations[0].neighbours
    assert (near[0].path, near[0].label) == (listed["path"][0], listed["label"][0])
    assert near[0].similarity == pytest.approx(1, abs=1e-4)
    assert len(near) == 5
    assert [one.similarity for one in near] == sorted((one.similarity for one in near), reverse=True)
    assert near[0].path in result.report.read_text(encoding="utf-8")
    alone = shutil.copytree(probed.bundle, tmp_path / "moved")
    found = regraft.explain(alone, photos / "red" / "00.png")
    assert found.explanations[0].neighbours == ()
    assert [one.code for one in found.findings] == ["neighbours_unknown"]
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "empty"))
    found = regraft.explain(probed.folder, photos / "red" / "00.png")
    assert "no longer in the cache" in found.findings[0].message


def test_a_report_lays_neighbours_out(probed, photos):
    """On request, by t-SNE; the page says so."""
    found = regraft.evaluate(probed.folder, photos, map="tsne", runs=probed.folder.parent, name="neighbours")
    feature_map = json.loads((found.folder / "report.json").read_text(encoding="utf-8"))["feature_map"]
    assert (feature_map["kind"], feature_map["share"]) == ("tsne", None)
    assert "neighbours (t-SNE)" in (found.folder / "report.html").read_text(encoding="utf-8")


def test_a_report_maps_the_test_images(probed):
    """A point for each, a name for each class, and two typical images of each."""
    report = json.loads((probed.folder / "report.json").read_text(encoding="utf-8"))
    n_test = report["assessment"]["n_images"]
    assert len(report["feature_map"]["points"]) == report["feature_map"]["n_images"] == n_test
    page = (probed.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("map-point curve-") == n_test
    assert page.count(" typical</p>") == 2 * len(report["feature_map"]["typical"]) == 6
