"""`regraft export`, what it leaves, and how that is used: with Regraft, and with nothing of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import onnx
import pytest

import regraft
from regraft.core import CACHE_VARIABLE
from regraft.exporting import exports
from regraft.exporting.onnx_files import write_onnx

pytestmark = pytest.mark.slow

FORMATS = ("onnx", "openvino", "web")
SCRIPTED = FORMATS[:2]


@pytest.fixture(scope="module")
def exported(probed, photos, shared_cache, tmp_path_factory):
    """All formats of a probe, proven on its pictures."""
    out = tmp_path_factory.mktemp("out") / "exports"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(shared_cache))
        return regraft.export(probed.folder, photos / "red", to="all", out=out)


@pytest.fixture(autouse=True)
def in_shared_cache(monkeypatch, shared_cache):
    """Everything here uses what the session has computed."""
    monkeypatch.setenv(CACHE_VARIABLE, str(shared_cache))


def answers(result):
    """Class, probability and whether it is unknown, by path."""
    return {one.path: (one.label, pytest.approx(one.probability, abs=0.02), one.unknown) for one in result.predictions}


def test_all_formats_are_written_and_proven(exported):
    """With the graph for images of any size, a script or a page, and the evidence as JSON."""
    assert [one.format for one in exported.exports] == list(FORMATS)
    for one in exported.exports:
        assert {path.name for path in one.folder.iterdir()} == set(one.files)
        assert {"index.html" if one.format == "web" else "classify.py", "parity.json"} < set(one.files)
        told = json.loads((one.folder / "parity.json").read_text(encoding="utf-8"))
        assert told["scores"]["n_images"] > 20
        assert told["scores"]["largest_difference"] < 1e-4
        assert told["pixels"]["share_equal"] > 0.999
        assert told["files"]["n_changed"] == 0
        assert told["files"]["n_images"] == 20
        assert one.parity.failures == ()
    assert not [path for path in exported.exports[0].folder.parent.iterdir() if path.name not in FORMATS]


@pytest.mark.parametrize("form", FORMATS)
def test_predict_takes_an_export(exported, probed, photos, form):
    """A folder or its file, with the answers that the bundle gives; a broken image is told as ever."""
    folder = exported.exports[FORMATS.index(form)].folder
    file = next(one for one in folder.glob("classifier.*") if one.suffix != ".bin")
    wanted = regraft.predict(probed.folder, photos / "blue")
    for place in (folder, file):
        assert answers(regraft.predict(place, photos / "blue")) == answers(wanted)
    assert not regraft.predict(folder, photos / "blue", unknown=False).n_unknown


@pytest.mark.parametrize("form", SCRIPTED)
def test_the_script_needs_nothing_of_regraft(exported, probed, photos, form, tmp_path):
    """In a process that cannot import Regraft it gives the same answer, from its own folder."""
    folder = shutil.copytree(exported.exports[FORMATS.index(form)].folder, tmp_path / "elsewhere")
    blocked = tmp_path / "site" / "regraft"
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text("raise ImportError('not here')")
    environment = {"PYTHONPATH": str(blocked.parent), "HOME": str(tmp_path), "PATH": ""}
    command = [sys.executable, folder / "classify.py", photos / "green" / "00.png"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (wanted,) = regraft.predict(probed.folder, photos / "green" / "00.png").predictions
    told = json.loads(done.stdout)
    assert told["label"] == wanted.label
    assert told["probability"] == pytest.approx(wanted.probability, abs=0.02)
    assert told["unknown"] is wanted.unknown


def test_check_compares_an_export_with_its_bundle(exported, probed, photos, small_run, command):
    """At any time, on any images; another bundle is not what it was made from."""
    folder = exported.exports[0].folder
    done = command("check", folder, "--against", probed.folder, photos / "blue")
    assert "gives the answers of" in done.stdout
    assert "0 get another class" in done.stdout
    done = command("check", folder, "--against", small_run, check=False)
    assert done.returncode == 13
    assert "shows its network other pixels of an image than the bundle does" in done.stderr
    done = command("check", probed.folder, photos, check=False)
    assert done.returncode == 2
    assert "add --against BUNDLE" in done.stderr


def test_a_script_that_was_changed_is_noticed(exported, probed, tmp_path):
    """One that does not turn photos upright answers differently, though the graphs beside it are as they were."""
    folder = shutil.copytree(exported.exports[0].folder, tmp_path / "export")
    script = folder / "classify.py"
    script.write_text(script.read_text().replace("ImageOps.exif_transpose", ""))
    with pytest.raises(regraft.ExportError, match=r"classify\.py is missing, or was changed after it was proven"):
        regraft.check_export(folder, probed.folder)
    (folder / "parity.json").unlink()
    assert "were not looked at" in regraft.check_export(folder, probed.folder).findings[-1].message


def test_what_answers_differently_is_not_kept(probed, tmp_path, monkeypatch):
    """The error says how it differs, and why; nothing is left where it was to lie."""
    build = exports.build_classifier

    def sabotaged(classifier):
        model = build(classifier)
        (division,) = [node for node in model.graph.node if "probabilities" in node.output]
        for node in model.graph.node:  # the softmax is given what was not divided by the temperature
            if node.output[0] == division.input[0]:
                division.input[0] = node.input[0]
        return model

    monkeypatch.setattr(exports, "build_classifier", sabotaged)
    with pytest.raises(regraft.ExportError, match="divides by another temperature") as caught:
        regraft.export(probed.folder, out=tmp_path / "out")
    assert "was not kept" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(exported, probed, tmp_path):
    """An export that is there stays as it is; where one format's place is taken, none is written."""
    with pytest.raises(regraft.ExportError, match="Choose another --out"):
        regraft.export(probed.folder, to="onnx", out=exported.exports[0].folder)
    (tmp_path / "openvino").mkdir()
    with pytest.raises(regraft.ExportError, match="Choose another --out"):
        regraft.export(probed.folder, to="all", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["openvino"]


def test_images_that_cannot_be_read_are_told(exported, probed, photos, tmp_path):
    """Beside readable ones with their reasons; alone they prove nothing."""
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    export = exported.exports[1].folder
    found = regraft.check_export(export, probed.folder, [tmp_path / "broken.jpg", photos / "red" / "00.png"])
    assert [one.path for one in found.parity.unreadable] == [str(tmp_path / "broken.jpg")]
    assert "left out" in found.findings[0].message
    assert found.parity.data.endswith("1 image of the data")
    with pytest.raises(regraft.DataError, match="None of 1 image to compare on could be read"):
        regraft.check_export(export, probed.folder, tmp_path / "broken.jpg")


def test_what_is_no_export_is_refused_in_a_sentence(exported, photos, tmp_path):
    """A file cut off, of another library, of no description, of a newer Regraft, with weights from another file."""
    whole = (exported.exports[0].folder / "classifier.onnx").read_bytes()
    place = tmp_path / "classifier.onnx"

    def refused(content):
        place.write_bytes(content)
        with pytest.raises(regraft.BundleError) as caught:
            regraft.predict(place, photos / "red")
        return str(caught.value)

    def changed(change):
        model = onnx.load_from_string(whole)
        del model.metadata_props[1:]  # the seal
        change(model)
        write_onnx(model, place)
        return refused(place.read_bytes())

    assert "does not end as exports of Regraft do" in refused(whole[: len(whole) // 2])
    assert "does not end as exports of Regraft do" in refused(b"not at all")
    assert "another digest" in refused(whole[:1000] + bytes(8) + whole[1008:])
    assert "does not say what it is" in changed(lambda model: model.ClearField("metadata_props"))
    assert "reads up to format 1" in changed(lambda model: setattr(model.metadata_props[0], "value", '{"format": 99}'))
    assert "code from elsewhere" in changed(lambda model: model.opset_import.add(domain="ai.somebody", version=1))
    elsewhere = onnx.external_data_helper.set_external_data
    assert "from another file" in changed(lambda model: elsewhere(model.graph.initializer[0], "/etc/passwd"))
