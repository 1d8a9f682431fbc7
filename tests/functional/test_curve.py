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
