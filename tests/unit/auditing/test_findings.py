"""What an audit says."""

from __future__ import annotations

from typing import get_args

from regraft.auditing import AUDIT_KINDS, Action, AuditFinding, AuditKind, Case, Certainty, make_audit_finding


def test_a_finding_keeps_a_thousand_cases_and_counts_all():
    """A page that a thousand images are wrong on can still be opened; the number is true."""
    cases = (Case(paths=(f"{row}.png", "twin.png"), actions=(Action(verb="keep"),)) for row in range(5000))
    finding = make_audit_finding(
        "copies",
        "exact_copies",
        "5,000 images are copies.",
        severity="note",
        certainty="certain",
        cause="A folder was copied.",
        advice="Keep one of each.",
        n=5000,
        cases=cases,
    )
    assert (finding.n, len(finding.cases), finding.examples[0]) == (5000, 1000, "0.png = twin.png")
    assert AuditFinding.model_validate_json(finding.model_dump_json()) == finding


def test_kinds_and_certainties_are_those_that_users_name():
    """`--fail-on` and audit.json rely on these words."""
    assert get_args(AuditKind) == AUDIT_KINDS
    assert {
        "files",
        "copies",
        "leakage",
        "groups",
        "labels",
        "classes",
        "shortcuts",
        "outliers",
        "shift",
        "slices",
    } == {*AUDIT_KINDS}
    assert get_args(Certainty) == ("certain", "likely", "possible")
