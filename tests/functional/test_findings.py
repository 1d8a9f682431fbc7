from __future__ import annotations

import json
import shutil

import pytest

pytestmark = pytest.mark.slow

DOUBTFUL = ("could not be read", "under different labels", "passed over")
"""Words of the three findings of the folder below."""


@pytest.fixture
def doubtful(photos, tmp_path):
    """The pictures with a broken one, one under two labels, and a file that is no image by its name."""
    source = tmp_path / "doubtful"
    shutil.copytree(photos, source)
    (source / "red" / "broken.jpg").write_bytes(b"")
    shutil.copyfile(source / "red" / "01.jpg", source / "blue" / "also-red.jpg")
    (source / "red" / "notes.doc").write_text("written by hand")
    return source


@pytest.mark.parametrize(
    ("verb", "more", "record"),
    [
        ("probe", ("--n-strengths", 3), "report.json"),
        ("compare", ("--backbones", "lenet", "--heads", "softmax", "--n-strengths", 3), "comparison.json"),
        ("finetune", ("--backbone", "lenet", "--epochs", 1, "--from-stage", 1, "--engine", "torch"), "report.json"),
    ],
)
def test_findings_reach_terminal_report_and_json(verb, more, record, doubtful, command):
    """What was left out or is doubtful is said where a person looks and where a program looks, by every verb."""
    done = command(verb, doubtful, "--name", "found", *more)
    folder = doubtful.parent / "runs" / "found"
    notices = json.loads((folder / record).read_text())["notices"]
    for words in DOUBTFUL:
        assert words in done.stdout
        assert any(words in notice["message"] for notice in notices)
        assert words in (folder / "report.html").read_text()
    assert "red/broken.jpg: empty" in done.stdout


def test_findings_of_predictions_do_not_disturb_programs(probed, doubtful, command):
    """Standard output stays for the answers; what was left out stands in the JSON, and aside for people."""
    done = command("predict", probed.folder, doubtful, "--format", "json", check=False)
    answers = json.loads(done.stdout)
    assert [finding["code"] for finding in answers["findings"]] == ["unreadable", "other_files"]
    for words in (DOUBTFUL[0], DOUBTFUL[2]):
        assert words in done.stderr
        assert "Warning: " not in done.stdout


def test_findings_of_features_are_said(doubtful, command):
    """Embedding names what it left out."""
    done = command("embed", doubtful, "--backbone", "one-layer", "--out", "features.npy")
    assert all(words in done.stderr for words in (DOUBTFUL[0], DOUBTFUL[2]))
