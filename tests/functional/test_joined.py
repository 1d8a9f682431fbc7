"""Several networks under one head, from the probe to the answers."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import regraft
from regraft.bundle import read_record
from regraft.core import BackboneError, OptionError

NETWORKS = "lenet+one-hidden"


@pytest.fixture(scope="module")
def joined(photos, shared_cache, tmp_path_factory):
    """A probe on two small networks with drawn weights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGRAFT_CACHE", str(shared_cache))
        folder = tmp_path_factory.mktemp("runs")
        return regraft.probe(photos, runs=folder, name="joined", backbone=NETWORKS, init="random", n_strengths=3)


@pytest.fixture(autouse=True)
def _cache(monkeypatch, shared_cache):
    monkeypatch.setenv("REGRAFT_CACHE", str(shared_cache))


@pytest.mark.slow
def test_a_bundle_holds_all_its_networks(joined, photos, tmp_path):
    """A copy of it, with an empty cache, answers files and pixels as the run did, and passes its check."""
    bundle = shutil.copytree(joined.bundle, tmp_path / "bundle")
    classifier = regraft.load(bundle, cache=tmp_path / "cache")
    assert [network.backbone.name for network in classifier.record.networks] == NETWORKS.split("+")
    assert regraft.check(bundle).largest_difference <= 1e-4
    files = sorted(photos.rglob("*.png"))[:5]
    pixels = [np.asarray(Image.open(file)) for file in files]
    by_file = [one.probability for one in classifier.predict(files).predictions]
    assert by_file == pytest.approx([one.probability for one in classifier.predict(pixels).predictions], abs=1e-6)
    card = (bundle / "card.md").read_text(encoding="utf-8")
    assert "on the joined features of `lenet` and `one-hidden`" in card


@pytest.mark.slow
def test_it_is_evaluated_and_stood_upon(joined, photos, tmp_path):
    """As any classifier: its figures are those of its run, and its networks are a backbone again."""
    measured = regraft.evaluate(joined.folder, photos, runs=tmp_path)
    assert measured.assessment.n_images == 60
    again = regraft.probe(photos, runs=tmp_path, backbone=str(joined.folder), n_strengths=3)
    assert again.assessment.accuracy == joined.assessment.accuracy
    assert again.n_computed == 0


@pytest.mark.slow
def test_features_stand_side_by_side(photos, tmp_path):
    """`embed` and the estimators give both networks' features, each of length 1."""
    rows = regraft.embed(
        photos / "red", out=tmp_path / "rows.npy", backbone=NETWORKS, init="random", layer="penultimate"
    ).features
    assert rows.shape == (20, 1024 + 128)
    for block in (rows[:, :1024], rows[:, 1024:]):
        assert np.linalg.norm(block, axis=1) == pytest.approx(1, abs=1e-5)


def test_what_takes_one_network_says_so(photos, tmp_path):
    """Training, weights from a file, a network of one's own; names that are none, or twice the same."""
    with pytest.raises(OptionError, match=r"names 2 networks \(lenet\+one-hidden\), and one is trained"):
        regraft.pretrain(photos, runs=tmp_path, backbone=NETWORKS)
    with pytest.raises(OptionError, match="--checkpoint and --model are for one"):
        regraft.probe(photos, runs=tmp_path, backbone=NETWORKS, checkpoint=tmp_path / "w.safetensors")
    with pytest.raises(OptionError, match=r"joins 2 networks, one without a name: give 1 to 16 names with \+ between"):
        regraft.probe(photos, runs=tmp_path, backbone="lenet+")
    with pytest.raises(OptionError, match="names lenet twice"):
        regraft.probe(photos, runs=tmp_path, backbone="lenet+lenet")
    with pytest.raises(BackboneError, match="'letne'"):
        regraft.probe(photos, runs=tmp_path, backbone="lenet+letne")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_best_networks_are_chosen(photos, tmp_path):
    """Each by itself and both together; what is saved is what was chosen, and the report has the evidence."""
    found = regraft.probe(photos, runs=tmp_path, backbone=NETWORKS, init="random", n_strengths=3, quality="best")
    [note] = [finding.message for finding in found.findings if finding.code == "chosen_networks"]
    record = read_record(found.bundle)
    chosen = "+".join(network.backbone.name for network in record.networks)
    assert f"{chosen} is used" in note or f"{chosen}, {len(record.networks[0].views)} views is used" in note
    assert (record.options["backbone"], record.options["quality"]) == (chosen, "fast")
    page = found.report.read_text(encoding="utf-8")
    assert "Networks that were tried" in page
    assert regraft.check(found.bundle).largest_difference <= 1e-4


@pytest.mark.slow
def test_few_images_are_seen_by_others_only_where_there_is_something_to_gain(photos, tmp_path, monkeypatch):
    """The first network tells these colours apart: the others are not opened, and the note says so."""
    monkeypatch.setattr("regraft.experiments.network_choice._N_IMAGES_MIN", 60)
    found = regraft.probe(photos, runs=tmp_path, n_strengths=5)
    assert [network.backbone.name for network in read_record(found.bundle).networks] == ["efficientnet-lite0"]
    [note] = [finding.message for finding in found.findings if finding.code == "chosen_networks"]
    assert "it was wrong on none, so no other was tried" in note
    tried = regraft.probe(photos, runs=tmp_path, n_strengths=5, quality="good", name="tried")
    assert "of 4 choices none" in next(one.message for one in tried.findings if one.code == "chosen_networks")
    monkeypatch.setattr("regraft.experiments.network_choice._N_WRONG_MIN", 0)
    gone_on = regraft.probe(photos, runs=tmp_path, n_strengths=5, name="gone-on")
    tables = [json.loads((run.folder / "report.json").read_text())["choice_table"] for run in (gone_on, tried)]
    assert [row[:3] for row in tables[0]["rows"]] == [row[:3] for row in tables[1]["rows"]]


@pytest.mark.slow
def test_views_are_part_of_a_classifier(photos, tmp_path):
    """Files and pixels are seen in as many ways as the probe was told, and the mirror image gets almost the same."""
    run = regraft.probe(photos, runs=tmp_path, backbone="lenet", init="random", n_strengths=3, views=2)
    classifier = regraft.load(run.bundle)
    assert classifier.record.networks[0].views == ("plain", "mirrored")
    pixels = np.asarray(Image.open(min(photos.rglob("*.png"))))
    one, mirrored = classifier.predict_arrays([pixels, np.ascontiguousarray(pixels[:, ::-1])])
    assert one == pytest.approx(mirrored, abs=0.01)


def test_ones_own_network_is_tried_alone(photos, tmp_path):
    """A network that --model names stands for itself: the machine's others are not joined to it."""
    model = tmp_path / "net.py"
    regraft.new_model(model)
    run = regraft.probe(
        photos, runs=tmp_path / "runs", model=f"{model}:network", n_strengths=3, quality="good", engine="torch"
    )
    assert len(read_record(run.bundle).networks) == 1
    assert any("is used: there was no other network to try" in finding.message for finding in run.findings)


@pytest.fixture(scope="module")
def two_runs(photos, small_run, shared_cache, tmp_path_factory):
    """The folders of two runs of small networks that were trained, joined as a backbone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGRAFT_CACHE", str(shared_cache))
        quick = {"steps": 1, "augmentation": "none", "engine": "torch"}
        other = regraft.pretrain(photos, backbone="one-hidden", runs=tmp_path_factory.mktemp("other"), **quick)
        return f"{small_run}+{other.folder}"


@pytest.mark.slow
@pytest.mark.parametrize("quality", ["fast", "good"])
def test_a_ladder_stands_on_several_networks(two_runs, photos, quality, tmp_path):
    """Its probe on all that are named, or on what is worth it; the best of them by itself is trained."""
    quick = {"from_stage": "1", "epochs": 1, "n_strengths": 3, "engine": "torch", "rates": [1e-9], "ladder_folds": 2}
    found = regraft.train(photos, backbone=two_runs, quality=quality, runs=tmp_path, **quick)
    notes = {finding.code: finding.message for finding in found.findings}
    assert "is the network that is trained" in notes["trained_network"]
    assert notes["trained_network"].partition(" is ")[0] in two_runs.split("+")
    record = read_record(found.bundle)
    assert not found.is_finetuned
    if quality == "fast":
        assert notes["chosen_networks"].startswith(f"{two_runs} is used")
        assert [network.backbone.name for network in record.networks] == ["lenet trained", "one-hidden trained"]
    assert record.novelty is not None
    assert "Networks that were tried" in found.report.read_text(encoding="utf-8")
    assert regraft.check(found.bundle).largest_difference <= 1e-4


@pytest.mark.slow
def test_a_fine_tuned_network_is_joined_with_others(two_runs, photos, tmp_path):
    """Of its bundle the trained network is meant, not the one that it was."""
    first, second = two_runs.split("+")
    quick = {"from_stage": "1", "epochs": 1, "n_strengths": 3, "engine": "torch"}
    tuned = regraft.finetune(photos, backbone=second, runs=tmp_path, name="tuned", **quick)
    found = regraft.probe(photos, backbone=f"{first}+{tuned.folder}", runs=tmp_path, n_strengths=3, engine="torch")
    trained = read_record(tuned.bundle).networks[0].backbone
    joined = [network.backbone for network in read_record(found.bundle).networks]
    assert [one.name for one in joined] == ["lenet trained", trained.name]
    assert joined[1].digest == trained.digest
