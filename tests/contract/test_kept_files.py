"""Files that earlier versions left load and go on: bundles, finished runs, trainings under way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from runpy import run_path

import numpy as np
import pytest

import regraft
from regraft.bundle import save_bundle
from regraft.core import CACHE_VARIABLE, BundleError, SilentProgress
from regraft.reports import Comparison, Report, Sweep, write_comparison, write_report, write_sweep

VERSIONS = sorted((Path(__file__).parent / "kept").iterdir())


@pytest.fixture(params=VERSIONS, ids=lambda folder: folder.name)
def kept(request, tmp_path, monkeypatch):
    """What a version left, in the current folder, with the images that it was made of; and how it was made."""
    shutil.copytree(request.param, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    made = run_path("make.py")
    made["draw_photos"](Path("photos"))
    return made


def probabilities(run):
    """Of all images by class, as `expected.json` has them."""
    found = regraft.predict(run, ["photos"], trust_code=True, top_k=3).predictions
    return {one.path: pytest.approx(dict(one.top), abs=1e-4) for one in found}


def expected(name):
    """What the version that made the files found."""
    return json.loads(Path("expected.json").read_text())[name]


@pytest.mark.usefixtures("kept")
def test_a_bundle_is_what_it_was():
    """It is whole, and gives every image the probabilities that it gave before."""
    regraft.check("probed", trust_code=True)
    assert expected("probed") == probabilities("probed")


def test_a_training_goes_on(kept):
    """From its checkpoint, by the same command, to the network that it would have become: one temperature apart.

    The temperature of a trained head is learnt by the rule of fitted heads since.
    """
    said = []
    progress = SilentProgress()
    progress.say = said.append
    with pytest.warns(DeprecationWarning, match="'views' of finetune is called 'kept_views' now"):
        result = regraft.finetune("photos", **kept["FINETUNE"], runs=".", name="tuned", progress=progress)
    assert "Going on after step 3 of 9." in said
    assert not list(Path().glob(".training-*"))
    found = regraft.predict(result.folder, ["photos"], trust_code=True, top_k=3).predictions
    now, then = log_odds({one.path: dict(one.top) for one in found}), log_odds(expected("tuned"))
    assert now == pytest.approx((now * then).sum() / (then**2).sum() * then, abs=2e-3)


def log_odds(answers):
    """(n, 2) of the other classes against the first, of all images: a temperature divides them."""
    rows = np.log([[answers[path][name] for name in sorted(answers[path])] for path in sorted(answers)])
    return rows[:, 1:] - rows[:, :1]


@pytest.mark.usefixtures("kept")
def test_a_run_is_evaluated():
    """As many images are right as its classifier got right before."""
    result = regraft.evaluate("probed", "photos", trust_code=True, runs="runs")
    rights = [max(row, key=row.get) == Path(path).parent.name for path, row in expected("probed").items()]
    assert result.assessment.n_images == len(rights) == 36
    assert result.assessment.accuracy.value == pytest.approx(sum(rights) / len(rights))


@pytest.mark.usefixtures("kept")
def test_a_version_refuses_a_later_format(tmp_path):
    """Its own reader, which reads its own bundle, says of the same one as it is saved now what it was built to say."""
    reader = run_path("reader.py")
    assert reader["read_record"](tmp_path / "probed/bundle").schema_version == 1
    classifier, now = regraft.load("probed", trust_code=True), tmp_path / "now"
    pixels = classifier.networks.inputs([next(Path("photos").rglob("*.ppm"))])
    save_bundle(classifier, now, golden_inputs=pixels, golden_features=classifier.networks.compute(pixels))
    with pytest.raises(BundleError) as refused:
        reader["read_record"](now)
    assert str(refused.value) == (
        f"The bundle {now} has format 2; this Regraft reads up to format 1. "
        "Install a newer one: pip install --upgrade regraft"
    )


@pytest.mark.parametrize(
    ("name", "value", "write"),
    [
        ("report.json", Report, write_report),
        ("comparison.json", Comparison, write_comparison),
        ("sweep.json", Sweep, write_sweep),
    ],
)
@pytest.mark.usefixtures("kept")
def test_the_figures_for_programs_are_read(name, value, write, tmp_path):
    """With all that they said, and a page shows them."""
    text = (tmp_path / "reports" / name).read_text()
    found = value.model_validate_json(text)
    assert lacking(json.loads(text), found.model_dump(mode="json")) == []
    _json_path, page = write(found, tmp_path / "again")
    assert found.title in page.read_text()


def lacking(before, now, place=""):
    """What was said before and is not now, by its place."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [one for key in before for one in lacking(before[key], now.get(key, "nothing"), f"{place}/{key}")]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [one for i, pair in enumerate(zip(before, now, strict=True)) for one in lacking(*pair, f"{place}/{i}")]
    return [] if before == now else [f"{place}: {before} is {now}"]
