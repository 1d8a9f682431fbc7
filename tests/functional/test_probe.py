from __future__ import annotations

import json

import numpy as np
import pytest

import regraft
from regraft.core import DataError, OptionError
from regraft.evaluation import Predictions


def test_a_probe_leaves_everything_that_was_promised(probed):
    """One call gives a bundle, two reports, predictions and a record; the classifier is right."""
    names = {path.name for path in probed.folder.iterdir()}
    assert names == {"bundle", "report.html", "report.json", "predictions.parquet", "run.json", "training.parquet"}
    assert probed.assessment.accuracy.value >= 0.9
    assert (probed.n_train, probed.n_test, probed.n_unreadable) == (45, 15, 0)
    record = json.loads((probed.folder / "run.json").read_text())
    assert record["options"]["backbone"] == "efficientnet-lite0"
    assert record["seconds"]["features"] > 0
    predictions = Predictions.read_parquet(probed.folder / "predictions.parquet")
    assert predictions.n_images == 15
    page = probed.report.read_text()
    assert "regraft probe" in page
    assert "data:image/jpeg" in page or not probed.assessment.n_mistakes


def test_a_probe_can_be_repeated_exactly(photos, probed, tmp_path):
    """The same images and seed give the same split, head and probabilities, wherever the files lie."""
    again = regraft.probe(photos, runs=tmp_path, n_strengths=5)
    one, two = (Predictions.read_parquet(run.folder / "predictions.parquet") for run in (probed, again))
    assert one.paths == two.paths
    np.testing.assert_array_equal(one.probabilities, two.probabilities)
    assert again.n_computed == 0


@pytest.mark.usefixtures("probed")
def test_another_head_needs_no_new_features(photos, tmp_path):
    """A second head on known images computes nothing."""
    result = regraft.probe(photos, head="svm", runs=tmp_path, n_strengths=5, class_weight="balanced")
    assert result.n_computed == 0
    assert result.assessment.accuracy.value >= 0.9


def test_a_report_tells_of_parts_of_the_images(photos, probed, tmp_path):
    """By folder, format, and what a table says of them; a report of fifteen images says that it looked at none."""
    table = tmp_path / "sites.csv"
    rows = [f"{path},{path.parent.name},{'AAB'[n % 3]}" for n, path in enumerate(sorted(photos.rglob("*.*")))]
    table.write_text("\n".join(["path,label,site", *rows]))
    found = regraft.evaluate(probed.folder / "bundle", table, runs=tmp_path)
    slices = json.loads((found.folder / "report.json").read_text())["slices"]
    assert {"site", "format", "folder"} <= {one["column"] for one in slices["slices"]}
    assert all(one["accuracy"]["n"] >= 20 and 0 < one["p_value"] <= 1 for one in slices["slices"])
    assert "site: " in found.report.read_text()
    few = json.loads((probed.folder / "report.json").read_text())["slices"]
    assert (few["n_images"], few["n_slices"], few["slices"]) == (15, 0, [])
    assert "none of the 15 images" in probed.report.read_text()


def test_given_splits_are_respected(photos, tmp_path):
    """Images under test/ are tested on, and no others."""
    source = tmp_path / "split"
    for path in photos.rglob("*.*"):
        side = "test" if path.stem in {"03", "07"} else "train"
        target = source / side / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    result = regraft.probe(source, runs=tmp_path / "runs", n_strengths=3)
    predictions = Predictions.read_parquet(result.folder / "predictions.parquet")
    assert result.n_test == 6
    assert all(path.startswith("test/") for path in predictions.paths)


def test_groups_stay_on_one_side(photos, tmp_path):
    """With a group for every two files, both are trained on or both are tested on."""
    result = regraft.probe(photos, group_by=r"(\w+)/(\d)", runs=tmp_path, n_strengths=3)
    predictions = Predictions.read_parquet(result.folder / "predictions.parquet")
    assert predictions.groups is not None
    assert result.n_test == 10 * len(set(predictions.groups))


def test_unreadable_files_are_counted_and_listed(photos, tmp_path):
    """Broken pictures are left out with a reason, and the rest is probed."""
    source = tmp_path / "broken"
    for path in photos.rglob("*.*"):
        target = source / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (source / "red" / "empty.jpg").write_bytes(b"")
    (source / "red" / "text.png").write_text("no picture")
    cut = (source / "blue" / "01.jpg").read_bytes()
    (source / "blue" / "cut.jpg").write_bytes(cut[: len(cut) // 2])
    result = regraft.probe(source, runs=tmp_path / "runs", n_strengths=3)
    report = json.loads((result.folder / "report.json").read_text())
    reasons = {row["path"].rsplit("/", 1)[1]: row["reason"] for row in report["left_out"]}
    assert reasons == {"empty.jpg": "empty", "text.png": "not_an_image", "cut.jpg": "truncated"}
    assert result.n_unreadable == 3
    assert "truncated" in result.report.read_text()


@pytest.mark.parametrize("case", ["empty", "one class", "missing", "all broken"])
def test_hopeless_data_sets_are_refused_in_words(case, tmp_path, photos):
    """Nothing to learn from is a DataError, and no run is left behind."""
    source = tmp_path / "data"
    source.mkdir()
    if case == "one class":
        (source / "red").mkdir()
        (source / "red" / "a.png").write_bytes((photos / "red" / "00.png").read_bytes())
    if case == "all broken":
        for name in ("red", "blue"):
            (source / name).mkdir()
            (source / name / "a.png").write_bytes(b"broken" + name.encode())
    with pytest.raises(DataError, match=r"empty|1 class with images|no folder|could be read"):
        regraft.probe(source / "nowhere" if case == "missing" else source, runs=tmp_path / "runs")
    assert not list((tmp_path / "runs").glob("*")) if (tmp_path / "runs").exists() else True


def test_a_class_with_one_image_does_not_stop_the_others(photos, tmp_path):
    """A class that can only be trained on is reported, not refused."""
    source = tmp_path / "rare"
    for path in [*photos.rglob("*0*.*"), photos / "red" / "11.jpg"]:
        name = "rare" if path.stem == "11" else path.parent.name
        target = source / name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    result = regraft.probe(source, runs=tmp_path / "runs", n_strengths=3)
    codes = json.loads((result.folder / "report.json").read_text())["notices"]
    assert any("single" in notice["message"] for notice in codes)


def test_wrong_options_are_refused_before_any_work(photos, tmp_path):
    """Unknown names, bad values and taken run names are OptionErrors."""
    with pytest.raises(OptionError, match="There is no option 'hed'"):
        regraft.probe(photos, hed="svm")
    with pytest.raises(OptionError, match="test_fraction"):
        regraft.probe(photos, test_fraction=2)
    (tmp_path / "taken").mkdir()
    with pytest.raises(OptionError, match="There is a run"):
        regraft.probe(photos, runs=tmp_path, name="taken")
    with pytest.raises(OptionError, match="single folder name"):
        regraft.probe(photos, runs=tmp_path, name="../up")


def test_a_failed_run_leaves_nothing(photos, tmp_path):
    """A run that cannot finish removes what it had begun."""
    with pytest.raises(regraft.RegraftError, match="layer"):
        regraft.probe(photos, runs=tmp_path, layer="no-such-layer")
    assert list(tmp_path.iterdir()) == []
