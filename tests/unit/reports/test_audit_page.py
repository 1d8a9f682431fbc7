"""What the page of an audit shows: the worst first, pictures beside each other, and no more than can be read."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from regraft.auditing import Action, Case, Check, SeriesGap, make_audit_finding
from regraft.evaluation import Estimate
from regraft.reports import AuditReport, worst_first, write_audit
from regraft.reports.audit_page import N_CASE_ROWS, render_audit, say_action

HOSTILE = "<script>alert(1)</script>.png"


def finding(code, n=1, kind="labels", severity="note", certainty="likely"):
    """A finding with n cases of two images, of which the first has a hostile name."""
    cases = (
        Case(
            paths=(HOSTILE, f"{row}.png"),
            note=f"case {row}",
            actions=(Action(verb="relabel", to="dog"), Action(verb="keep")),
        )
        for row in range(n)
    )
    return make_audit_finding(
        kind,
        code,
        f"{n} of {code}.",
        severity=severity,
        certainty=certainty,
        cause="Because.",
        advice="Do this.",
        n=n,
        evidence={"share": 0.25, "n_images": 12000, "pattern": r"(\d+)_"},
        cases=cases,
    )


@pytest.fixture
def report():
    """An audit with findings of every weight."""
    estimate = Estimate(value=0.853, low=0.84, high=0.866, n=2624, method="Wilson score")
    return AuditReport(
        title="photos: audit",
        created="2025-01-02T03:04:05+00:00",
        n_images=2624,
        n_classes=2,
        gap=SeriesGap(
            kind="order",
            expression="order:60",
            n_images=2624,
            n_groups=44,
            n_classes=2,
            n_groupings=3,
            likeness=0.3,
            surplus=20,
            random=estimate,
            together=estimate.model_copy(update={"value": 0.82, "low": 0.8}),
            drop=0.033,
            drop_low=0.02,
            drop_high=0.05,
            n_repeats=3,
        ),
        findings=(
            finding("many", n=3000),
            finding("leak", kind="leakage", severity="warning", certainty="certain"),
            finding("odd", kind="outliers", certainty="possible"),
        ),
        checks=(Check(kind="labels", name="Wrong labels", looked_at="2,624 images", n_findings=1),),
    )


def test_the_page_shows_the_worst_first_and_stays_readable(report, tmp_path):
    """Three thousand cases are a few pictures and a folded table; names are text; nothing runs."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "JPEG")
    json_path, html_path = write_audit(report, tmp_path, thumbnail=lambda _path: picture.getvalue())
    assert (json_path.name, html_path.name) == ("audit.json", "audit.html")
    assert AuditReport.model_validate_json(json_path.read_text()) == report
    page = html_path.read_text()
    assert len(page) < 200_000
    assert re.findall(r"\d+ of (\w+)\.", page) == ["leak", "many", "odd"]
    assert "<script" not in page
    assert "label as dog" in page
    assert f"The first {N_CASE_ROWS} of 3,000 cases" in page
    assert page.count("<img") == 2 * (1 + 8 + 1)
    assert "12,000" in page
    assert "84.0 to 86.6" in page
    assert "order:<wbr>60" in page
    assert "3 findings in 2,624 images; 1 changes what a measured accuracy means." in page


def test_a_page_without_pictures_or_findings(report):
    """Paths stand for pictures that cannot be had; a clean data set is told as such, with what was looked for."""
    assert "<img" not in render_audit(report)
    clean = report.model_copy(update={"findings": (), "gap": None})
    assert "Nothing was found in 2,624 images, by 1 check." in render_audit(clean)


def test_the_order_is_by_what_a_finding_changes_then_by_how_sure_it_is():
    """Warnings, then kinds, then certainty, then numbers."""
    found = (
        finding("d", kind="files", certainty="certain"),
        finding("c", n=2),
        finding("b", n=3),
        finding("a", kind="outliers", severity="warning"),
    )
    assert [one.code for one in worst_first(found)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("verb", "to", "words"),
    [
        ("keep", "", ""),
        ("relabel", "dog", "label as dog"),
        ("quarantine", "", "leave out"),
        ("keep-one-side", "test", "keep in test"),
    ],
)
def test_actions_in_words(verb, to, words):
    """What is proposed for an image."""
    assert say_action(Action(verb=verb, to=to)) == words
