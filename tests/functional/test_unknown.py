"""None of these: from the probe to the answers."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file

import regraft
from regraft.bundle import read_record
from regraft.core import BundleError, OptionError, digest_file


@pytest.fixture(autouse=True)
def _cache(monkeypatch, shared_cache):
    monkeypatch.setenv("REGRAFT_CACHE", str(shared_cache))


@pytest.fixture
def strangers():
    """Three pictures of noise, which are none of the coloured ones."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(3)]


def test_strangers_are_unknown_and_known_images_are_not(probed, photos, strangers):
    """Of images of the classes about one in twenty is called unknown; each is in the set of what it may be of."""
    classifier = regraft.load(probed.bundle)
    known = classifier.predict(photos).predictions
    assert sum(one.unknown for one in known) <= 10
    assert all(one.label in one.set for one in known)
    assert sum(one.path.split("/")[-2] in one.set for one in known) >= 50
    foreign = classifier.predict(strangers).predictions
    assert all(one.unknown and one.score > max(other.score for other in known) for one in foreign)


def test_it_need_not_be_asked(probed, strangers):
    """Then nothing is said of it, and the classes are the same."""
    classifier = regraft.load(probed.bundle)
    asked, unasked = (classifier.predict(strangers, unknown=answer).predictions for answer in (True, False))
    assert [one.unknown for one in unasked] == [one.score for one in unasked] == [None] * 3
    assert [one.top for one in asked] == [one.top for one in unasked]


@pytest.mark.slow
def test_the_terminal_tells_it(probed, photos, command):
    """In the table's words, in the columns of CSV, and as values in JSON."""
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    Image.fromarray(noise).save(photos.parent / "noise.png")
    place = str(photos.parent / "noise.png")
    table = command("predict", str(probed.folder), place).stdout
    assert "unknown (most like " in table
    assert "1 of 1 image looks like none of the classes (--no-unknown names one)." in table
    header, row = command("predict", str(probed.folder), place, "--format", "csv").stdout.splitlines()[:2]
    assert header == "path,label,probability,unknown,score,set,error"
    assert row.split(",")[3] == "true"
    [told] = json.loads(command("predict", str(probed.folder), place, "--format", "json", "--no-unknown").stdout)[
        "predictions"
    ]
    assert (told["unknown"], told["score"]) == (None, None)
    assert told["set"]


def test_a_bundle_says_how_it_tells(probed):
    """The record and the card name the measure and the rate; no image's features are in the bundle."""
    record = read_record(probed.bundle)
    assert record.novelty["threshold"]["rate"] == 0.05
    assert record.prediction_sets["threshold"]["rate"] == pytest.approx(0.1)
    assert "about 5 % of images of its classes are called so, too" in (probed.bundle / "card.md").read_text()
    arrays = load_file(probed.bundle / "novelty.safetensors")
    assert {len(array) for array in arrays.values()}.isdisjoint({probed.n_train, probed.n_train + probed.n_test})


@pytest.fixture
def bundle(probed, tmp_path):
    """A copy to damage."""
    return shutil.copytree(probed.bundle, tmp_path / "bundle")


def rewrite(bundle, change):
    record = json.loads((bundle / "bundle.json").read_text())
    change(record)
    (bundle / "bundle.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["novelty"].update(measure="a feeling"),
        lambda record: record["novelty"].update(rest_weight=-1),
        lambda record: record["novelty"]["threshold"].update(value="NaN"),
        lambda record: record["novelty"]["threshold"].update(rate=2),
        lambda record: record["prediction_sets"].update(mean_size=True),
        lambda record: record["prediction_sets"]["threshold"].pop("value"),
        lambda record: record["digests"].pop("novelty.safetensors"),
    ],
)
def test_what_makes_no_sense_is_refused(bundle, change):
    """Names, types, ranges, and tensors that are not named."""
    rewrite(bundle, change)
    with pytest.raises(BundleError, match="says of unknown images or of sets makes no sense"):
        regraft.load(bundle)


def test_looks_of_other_features_are_refused(bundle):
    """The file's own digest is right, but the head takes other features."""
    path = bundle / "novelty.safetensors"
    arrays = load_file(path)
    arrays["centre"], arrays["basis"] = arrays["centre"][:-1], arrays["basis"][:-1]
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)
    rewrite(bundle, lambda record: record["digests"].update({"novelty.safetensors": digest_file(path)}))
    with pytest.raises(BundleError, match=r"of other features than its networks give|makes no sense"):
        regraft.load(bundle)


@pytest.mark.slow
def test_strangers_can_be_measured(probed, photos, strangers, tmp_path, command):
    """How many images of another folder are called unknown, in result, report and terminal."""
    for number, pixels in enumerate(strangers):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    found = regraft.evaluate(probed.folder, photos, unknown=str(tmp_path), group_by="order:4", runs=tmp_path / "runs")
    [ungrouped] = [finding for finding in found.findings if finding.code == "ungrouped_strangers"]
    assert "counted as if each showed another object" in ungrouped.message
    assert found.limits.strangers.found.value == found.limits.strangers.auroc.value == 1
    assert found.limits.strangers.found.n == 3
    [left_out] = [finding for finding in found.findings if finding.code == "unreadable"]
    assert "broken.png: truncated" in left_out.examples[0] or "broken.png: damaged" in left_out.examples[0]
    assert "Of a test image and such a stranger the stranger looks stranger" in (
        page := found.report.read_text("utf-8")
    )
    assert "strangers called unknown</span>" in page
    (tmp_path / "runs" / "photos-evaluate").rename(tmp_path.parent / "done")
    told = command("evaluate", str(probed.folder), str(photos), "--unknown", str(tmp_path)).stdout
    assert "Of 3 images of none of the classes 100.0 % are called unknown; of the others" in told


def test_what_cannot_tell_says_so(bundle, photos, strangers, tmp_path):
    """A classifier that was made without."""
    Image.fromarray(strangers[0]).save(tmp_path / "0.png")
    rewrite(bundle, lambda record: record.update(novelty=None))
    with pytest.raises(OptionError, match="cannot tell images of none of its classes"):
        regraft.evaluate(bundle, photos, unknown=str(tmp_path / "0.png"), runs=tmp_path / "runs")
    assert not list((tmp_path / "runs").glob("*"))


def test_the_report_tells_of_limits(probed):
    """What was rejected and what sets held, beside what was promised; and what the calibration error owes to chance."""
    page = probed.report.read_text(encoding="utf-8")
    assert "What it knows of its limits" in page
    assert "measured by relative Mahalanobis" in page
    assert "Of 3 classes with images in several folds none can be left out: that takes 6." in page
    assert re.search(r"Scores are (divided by a temperature of 0\.\d+, which brings|not divided by)", page)
    assert "With so few images probabilities that are right would give" in page
    told = json.loads((probed.folder / "report.json").read_text())
    assert told["limits"]["reject_rate"] == 0.05
    assert told["calibration_noise"]["p_value"] > 0
