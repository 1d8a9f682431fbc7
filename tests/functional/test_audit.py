"""`regraft audit`, `--decisions`, `--apply` and `--undo`, as people type them."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from PIL import Image

import regraft
from regraft.cli.application import run


@pytest.fixture(scope="module")
def troubled(photos, tmp_path_factory):
    """The pictures with splits of their own, one of them on both sides, one under two labels, one that is broken."""
    folder = tmp_path_factory.mktemp("audit") / "troubled"
    for path in photos.rglob("*.*"):
        side = "test" if int(path.stem) % 5 == 4 else "train"
        target = folder / side / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    shutil.copy(folder / "test" / "blue" / "04.png", folder / "train" / "blue" / "again.png")
    Image.open(folder / "train" / "red" / "03.jpg").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(
        folder / "train" / "green" / "red-mirrored.png"
    )
    (folder / "train" / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return folder


@pytest.fixture(scope="module")
def audited(troubled, tmp_path_factory):
    """The audit of these, with its table of decisions."""
    home = tmp_path_factory.mktemp("runs")
    return regraft.audit(troubled, runs=home, decisions=home / "decisions.csv")


def test_an_audit_finds_what_was_planted(audited):
    """The copy on both sides is a warning, the worst comes first, the files hold the same."""
    found = {one.code: one for one in audited.findings}
    leak = found["exact_copies_across_splits"]
    assert (leak.severity, leak.certainty, leak.kind) == ("warning", "certain", "leakage")
    assert sorted(leak.cases[0].paths) == ["test/blue/04.png", "train/blue/again.png"]
    assert audited.findings[0].severity == "warning"
    record = json.loads((audited.folder / "audit.json").read_text())
    assert [one["code"] for one in record["findings"]] == [one.code for one in audited.findings]
    assert record["left_out"][0]["path"] == "train/red/broken.jpg"
    page = audited.report.read_text()
    assert "train/blue/again.png" in page
    assert page.count("data:image/jpeg") >= 2


@pytest.mark.slow
def test_a_table_does_by_itself_what_is_certain(troubled, audited, tmp_path, capsys):
    """The copy and the broken file are left out, everything else waits for a person; both accuracies are told."""
    with audited.decisions.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["finding"] for row in rows if row["action"]} == {"unreadable", "exact_copies_across_splits"}
    before = sorted(path.stat().st_mtime_ns for path in troubled.rglob("*"))
    out = tmp_path / "cleaned.parquet"
    assert run(["audit", str(troubled), "--apply", str(audited.decisions), "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "61 images" in shown
    assert "of all images as they were labelled" in shown
    assert sorted(path.stat().st_mtime_ns for path in troubled.rglob("*")) == before
    summary = regraft.scan(out, decode=False).summary
    assert (summary.n_images, summary.n_duplicates) == (61, 0)
    again = tmp_path / "again.csv"
    assert run(["audit", str(out), "--undo", "--out", str(again)]) == 0
    assert regraft.scan(again, decode=False).summary.n_images == 63


@pytest.mark.slow
def test_kinds_to_fail_on_give_an_exit_code(troubled, tmp_path, capsys):
    """For programs: 11 where such findings are there, or could not be looked for, after all has been told; else 0."""
    arguments = ["audit", str(troubled), "--runs", str(tmp_path), "--fail-on"]
    assert run([*arguments, "leakage", "labels"]) == 11
    told = capsys.readouterr()
    assert "of the kinds that --fail-on names (leakage" in told.err
    assert "audit.html" in told.out
    assert "train/red/broken.jpg" in told.out
    assert "Unlike the others: not made: it takes 200 images, and there are " in told.out
    assert run([*arguments, "shift"]) == 0
    assert run([*arguments, "shift", "outliers"]) == 11
    assert "names outliers, and nothing of this kind could be looked for: it takes 200" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "x.parquet"], "--out is for --apply and --undo"),
        (["--apply", "d.csv"], "need --out TABLE"),
        (["--undo", "--apply", "d.csv", "--out", "x.csv"], "one of them, need --out"),
        (["--undo", "--out", "x.csv"], "was not written by `regraft audit --apply`"),
        (["--apply", "d.csv", "--out", "x.xlsx"], r"must end in .parquet or .csv"),
        (["--fail-on", "everything"], "everything"),
    ],
)
def test_options_that_do_not_fit_are_a_sentence(troubled, arguments, message, capsys):
    """Before any image is read."""
    assert run(["audit", str(troubled), *arguments]) in (2, 3)
    assert message in capsys.readouterr().err
