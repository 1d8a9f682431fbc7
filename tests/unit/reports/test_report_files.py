from __future__ import annotations

import pytest

from regraft.reports import Report, write_report


def test_both_files_are_written(make_predictions, make_report, tmp_path):
    """The JSON file holds the report, the HTML file shows it, and nothing else is left behind."""
    report = make_report(make_predictions(), title="Ünïcode ✓")
    json_path, html_path = write_report(report, tmp_path / "run")
    assert Report.model_validate_json(json_path.read_text(encoding="utf-8")) == report
    assert "Ünïcode ✓" in html_path.read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["report.html", "report.json"]


def test_a_thumbnail_that_fails_leaves_no_files(make_predictions, make_report, tmp_path):
    """An error on the way is passed on, and no half report stays."""

    def fail(path):
        raise RuntimeError(path)

    with pytest.raises(RuntimeError, match="folder/"):
        write_report(make_report(make_predictions(sharpness=0)), tmp_path, thumbnail=fail)
    assert list(tmp_path.iterdir()) == []


def test_the_same_report_gives_the_same_bytes(make_predictions, make_report, tmp_path):
    """Nothing in the files depends on when or where they are written."""
    report = make_report(make_predictions())
    first, second = (write_report(report, tmp_path / name, thumbnail=lambda _path: b"x") for name in "ab")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
