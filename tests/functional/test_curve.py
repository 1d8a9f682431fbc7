"""`regraft curve`, as people type it."""

from __future__ import annotations

import json

import regraft
from regraft.cli.application import run


def test_a_curve_is_a_sentence_a_page_and_json(photos, tmp_path, capsys):
    """The same figures in all three; the page shows what is measured and what is expected."""
    assert run(["curve", str(photos), "--runs", str(tmp_path), "--repeats", "1"]) == 0
    shown = capsys.readouterr().out
    folder = tmp_path / "photos-curve"
    record = json.loads((folder / "curve.json").read_text())
    assert f"Another {record['curve']['n_more']} images a class " in shown
    page = (folder / "curve.html").read_text()
    assert page.count("<circle") == len(record["curve"]["points"])
    assert "<script" not in page
    assert str(folder / "curve.html") in shown


def test_a_curve_in_python_has_the_same_numbers(photos, tmp_path):
    """Values, not text: accuracy by images, and what more would bring."""
    result = regraft.curve(photos, runs=tmp_path, repeats=1)
    assert result.report.name == "curve.html"
    assert [one.n_each for one in result.curve.points] == sorted(one.n_each for one in result.curve.points)
    assert result.curve.doubled.factor == 2


def test_a_curve_of_a_few_images_is_refused_with_a_sentence(photos, tmp_path, capsys):
    """What was measured on six images says nothing of more."""
    for path in sorted(photos.rglob("0[01].*")):
        target = tmp_path / "few" / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert run(["curve", str(tmp_path / "few"), "--runs", str(tmp_path / "runs")]) == 3
    assert "A learning curve cannot be measured: it takes 40 images, and there are 6." in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()
