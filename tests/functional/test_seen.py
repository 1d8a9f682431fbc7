"""A measure on images that a classifier was trained on is recognised, and said on all doors."""

from __future__ import annotations

import json
import shutil

import pytest
from safetensors.numpy import load_file, save_file

import regraft
from regraft.core import BundleError

pytestmark = pytest.mark.slow


@pytest.fixture
def run(probed, tmp_path):
    """A copy of a finished probe."""
    return shutil.copytree(probed.folder, tmp_path / "runs" / "probed")


def codes(result):
    """Severity and message of each finding on seen images, by code."""
    names = ("trained_on", "all_unseen", "seen_unknown", "network_trained_on")
    return {one.code: (one.severity, one.message) for one in result.findings if one.code in names}


def _network_of(message):
    """The network that a warning names; a long path is cut in its middle."""
    return message.partition("were used in training the network '")[2].partition("'")[0]


def test_images_that_were_trained_on(run, photos, probed, command, tmp_path):
    """The warning counts them on the terminal, in the report and in its JSON, wherever they lie."""
    shutil.copytree(photos, tmp_path / "again")
    for path in (tmp_path / "again").rglob("*.png"):
        path.rename(path.with_name(f"new-{path.name}"))
    shown = command("evaluate", run, tmp_path / "again", "--name", "e").stdout
    sentence = (
        f"{probed.n_train} of 60 images were used in training the classifier: the accuracy looks better than it is."
    )
    assert f"Warning: {sentence}" in shown
    assert sentence in (tmp_path / "runs" / "e" / "report.html").read_text()
    assert any(
        sentence in one["message"] for one in json.loads((tmp_path / "runs/e/report.json").read_text())["notices"]
    )


def test_images_that_were_held_out(run, photos, tmp_path):
    """The run's own test images are new to it."""
    import pyarrow.parquet as pq

    for path in pq.read_table(run / "predictions.parquet")["path"].to_pylist():
        (tmp_path / "held-out" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photos / path, tmp_path / "held-out" / path)
    result = regraft.evaluate(run, tmp_path / "held-out", runs=tmp_path / "runs")
    assert codes(result) == {"all_unseen": ("note", "The classifier was trained on none of these images.")}


def test_a_bundle_without_the_list(run, photos, tmp_path):
    """An old bundle, or one whose list was removed, is used as before; that nothing is known is said."""
    (run / "bundle" / "seen.safetensors").unlink()
    assert list(codes(regraft.evaluate(run, photos, runs=tmp_path / "runs"))) == ["seen_unknown"]
    record = json.loads((run / "bundle" / "bundle.json").read_text())
    del record["digests"]["seen.safetensors"]
    (run / "bundle" / "bundle.json").write_text(json.dumps(record))
    assert list(codes(regraft.evaluate(run, photos, runs=tmp_path / "runs"))) == ["seen_unknown"]
    assert regraft.check(run).n_inputs


def test_a_damaged_list(run, photos, tmp_path):
    """A list that is not the one that the record names is an error, as every file of a bundle."""
    path = run / "bundle" / "seen.safetensors"
    rows = load_file(path)["digests"]
    assert rows.shape[1] == 16
    save_file({"digests": rows[:3]}, path)
    with pytest.raises(BundleError, match=r"seen.safetensors is damaged or was changed"):
        regraft.evaluate(run, photos, runs=tmp_path / "runs")


def test_a_network_that_was_trained_on_the_test_images(run, photos, tmp_path):
    """A trained network's images are its heads' as well, also through a probe on it: another split is a warning."""
    record = json.loads((run / "bundle" / "bundle.json").read_text())
    record["making"]["network"] = "fine-tuned"
    (run / "bundle" / "bundle.json").write_text(json.dumps(record))
    settings = {"n_strengths": 2, "n_folds": 2, "runs": tmp_path / "runs", "backbone": str(run)}
    other = regraft.probe(photos, seed=7, **settings)
    severity, message = codes(other)["network_trained_on"]
    assert severity == "warning"
    assert _network_of(message).endswith("runs/probed")
    assert not codes(regraft.probe(photos, seed=0, **settings))
    again = codes(regraft.evaluate(other.folder, photos, runs=tmp_path / "runs"))
    assert again["trained_on"][1].startswith("60 of 60") or int(again["trained_on"][1].split()[0]) > other.n_train
    through = regraft.probe(photos, seed=7, **{**settings, "backbone": str(other.folder)})
    assert codes(through)["network_trained_on"][0] == "warning"


def test_a_fixed_network_has_seen_none_of_its_heads_images(run, photos, tmp_path):
    """A probe's run as network is the one below its head, which learnt from none of the images: no warning."""
    other = regraft.probe(photos, seed=7, n_strengths=2, n_folds=2, runs=tmp_path / "runs", backbone=str(run))
    assert not codes(other)
    again = codes(regraft.evaluate(other.folder, photos, runs=tmp_path / "runs"))
    assert int(again["trained_on"][1].split()[0]) == other.n_train


def test_a_comparison_tells_what_each_network_was_trained_on(run, photos, tmp_path):
    """A warning about the first of two networks is kept, names it, and is told once."""
    record = json.loads((run / "bundle" / "bundle.json").read_text())
    record["making"]["network"] = "fine-tuned"
    (run / "bundle" / "bundle.json").write_text(json.dumps(record))
    settings = {"n_strengths": 2, "n_folds": 2, "runs": tmp_path / "runs", "heads": ["svm"]}
    result = regraft.compare(photos, seed=7, backbones=[str(run), "lenet"], **settings)
    assert _network_of(codes(result)["network_trained_on"][1]).endswith("runs/probed")
    assert len(set(result.findings)) == len(result.findings)
    comparison = json.loads((result.folder / "comparison.json").read_text())
    assert sum("were used in training the network" in one["message"] for one in comparison["notices"]) == 1
