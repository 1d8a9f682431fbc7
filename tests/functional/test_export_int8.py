"""Exports in 8 bits: calibrated on the training side, measured on the other, refused where they lose too much."""

from __future__ import annotations

import json

import pytest

import regraft
from regraft.core import CACHE_VARIABLE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def exported(probed, photos, shared_cache, tmp_path_factory):
    """Both precisions of a probe as ONNX, with the table."""
    out = tmp_path_factory.mktemp("out") / "exports"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        return regraft.export(probed.folder, photos, precision="all", out=out, max_drop=20, table=True)


@pytest.fixture(autouse=True)
def in_shared_cache(monkeypatch, shared_cache):
    """Everything here uses what the session has computed."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))


def test_it_is_smaller_and_nearly_the_same(exported):
    """Accuracy on images that the classifier was not trained on, before and after, with a paired test."""
    exact, rounded = exported.exports
    assert (exact.precision, rounded.precision) == ("fp32", "int8")
    assert (exact.folder.name, rounded.folder.name) == ("onnx", "onnx-int8")
    assert rounded.n_bytes < 0.6 * exact.n_bytes
    answers = rounded.parity.answers
    assert answers.n_images == 60
    assert answers.n_measured == 15
    assert answers.largest_difference > 0
    assert exact.parity.answers.largest_difference < 1e-4
    assert answers.accuracy.value - answers.reference.value == pytest.approx(answers.difference.value)
    assert answers.drop <= 20


def test_the_table_has_each_form_in_a_row(exported):
    """As text, JSON and a picture; the first row is the bundle in float32."""
    first, *others = exported.table.rows
    assert first.name == "bundle, fp32"
    assert [one.name for one in others if "bundle" not in one.name] == ["onnx, fp32", "onnx, int8"]
    assert first.n_changed == 0
    assert first.accuracy == exported.exports[0].parity.answers.reference
    for one in exported.table.rows:
        assert one.accuracy.n == 15
        assert min(one.load_seconds, one.milliseconds, one.images_per_second, one.n_bytes) > 0
    told, picture = exported.table_files
    assert told.parent == exported.exports[0].folder.parent
    assert exported.findings == ()
    assert [row["name"] for row in json.loads(told.read_text())["rows"]] == [row.name for row in exported.table.rows]
    assert picture.read_text().count("<circle") == len(exported.table.rows)


def test_predict_and_check_take_it(exported, probed, photos, command):
    """It says what it is; a check compares answers, not the last digits."""
    folder = exported.exports[1].folder
    assert regraft.predict(folder, photos / "red").predictions
    assert json.loads((folder / "parity.json").read_text())["precision"] == "int8"
    done = command("check", folder, "--against", probed.folder, photos, "--max-drop", "20")
    assert "accuracy" in done.stdout
    assert "name other classes" in done.stdout
    assert "of the bundle in float32" in done.stdout


def test_what_loses_too_much_is_not_kept(probed, photos, tmp_path):
    """Nor is it made without images to calibrate on, or without any to see it on."""
    with pytest.raises(regraft.ExportError, match="at least 8 images of the training side"):
        regraft.export(probed.folder, to="all", precision="int8", out=tmp_path / "new" / "out")
    with pytest.raises(regraft.ExportError, match="at least 8 images of the training side"):
        regraft.export(probed.folder, photos / "red" / "00.png", precision="int8", out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(regraft.OptionError, match="one data set with labels"):
        regraft.export(probed.folder, photos / "red", group_by="(.*)", out=tmp_path / "out")


def test_it_is_told_where_labels_do_not_help(probed, photos, tmp_path):
    """Images without labels, or with labels of other classes, measure nothing; one export's table lies in it."""
    result = regraft.export(probed.folder, photos / "red", out=tmp_path / "one", table=True)
    assert ["Accuracy was not measured" in one.message for one in result.findings] == [True]
    assert {file.parent for file in result.table_files} == {tmp_path / "one"}
    lines = [f"{photos / 'red' / '00.png'},red", f"{photos / 'blue' / '00.png'},mole"]
    (tmp_path / "list.csv").write_text("\n".join(["image,label", *lines, ""]))
    (told,) = regraft.export(probed.folder, tmp_path / "list.csv", out=tmp_path / "two").findings
    assert (told.code, told.examples) == ("foreign_labels", ("mole",))
