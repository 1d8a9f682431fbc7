"""What an audit says: a finding with its evidence, how sure it is, what may be the cause, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pydantic import Field

from regraft.core import PrintableText, Value
from regraft.data import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_N_CASES = 1000
"""For programs, which read them as JSON; pages and terminals show a few."""

AuditKind = Literal[
    "files", "copies", "leakage", "groups", "labels", "classes", "shortcuts", "outliers", "shift", "slices"
]
"""What a finding is about, and what `--fail-on` names.

files: suspicious files · copies: images that are there more than once · leakage: the same on both sides of a split ·
groups: series and tracks that a random split tears · labels: probable errors · classes: too small, unequal, or confused
both ways · shortcuts: the class can be told from what is not in the picture · outliers: images unlike the others ·
shift: training and test images differ · slices: parts of the images that are recognised worse than the rest.
"""
AUDIT_KINDS: tuple[AuditKind, ...] = get_args(AuditKind)

Certainty = Literal["certain", "likely", "possible"]
"""certain: it was compared byte by byte, or counted · likely: it passed a test that chance fails · possible: look."""


class Action(Value):
    """What may be done about an image.

    Attributes:
        verb: keep · relabel · quarantine (leave out) · group (one object) · keep-one-side (leave out of one split).
        to: The class name of a relabelling, the group's name, or the side that keeps it; empty otherwise.
    """

    verb: Literal["keep", "relabel", "quarantine", "group", "keep-one-side"]
    to: PrintableText = ""


class Case(Value):
    """One case of a finding: an image, or several that are shown side by side.

    Attributes:
        paths: The images.
        note: What is to be seen, as words: "labelled cat, looks like dog (97 %)".
        score: How strong it is, 0 to 1; cases are ordered by it.
        actions: What is proposed for each of the paths; empty where nothing is.
    """

    paths: tuple[PrintableText, ...]
    note: PrintableText = ""
    score: float = Field(1.0, ge=0, le=1)
    actions: tuple[Action, ...] = ()


class AuditFinding(Finding):
    """One thing that is wrong with a data set, or may be.

    Attributes:
        kind: What it is about.
        certainty: How sure it is.
        cause: What may have made it, as a sentence for a layman.
        advice: What to do, as a sentence.
        evidence: Measured numbers by name, and what chance gives.
        cases: The first thousand cases, the strongest first.
    """

    kind: AuditKind
    certainty: Certainty
    cause: PrintableText
    advice: PrintableText
    evidence: dict[str, float | int | str] = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()


def make_audit_finding(  # noqa: PLR0913 - one argument for each thing that is said
    kind: AuditKind,
    code: str,
    message: str,
    *,
    severity: Severity,
    certainty: Certainty,
    cause: str,
    advice: str,
    n: int,
    evidence: Mapping[str, float | int | str] | None = None,
    cases: Iterable[Case] = (),
    examples: Sequence[str] = (),
) -> AuditFinding:
    """A finding with the first thousand of its cases.

    Args:
        kind: What it is about.
        code: What it is, in a word that stays the same.
        message: What was found, as a sentence with its numbers.
        severity: A warning would change the headline or loses a class; a note is worth knowing.
        certainty: How sure it is.
        cause: What may have made it, for a layman.
        advice: What to do.
        n: How many cases there are.
        evidence: Measured numbers by name.
        cases: The cases, the strongest first.
        examples: What to show where there are no cases: classes, patterns.
    """
    kept = tuple(case for case, _place in zip(cases, range(_N_CASES), strict=False))
    return AuditFinding(
        kind=kind,
        code=code,
        message=message,
        severity=severity,
        certainty=certainty,
        cause=cause,
        advice=advice,
        n=n,
        evidence=dict(evidence or {}),
        cases=kept,
        examples=tuple(examples[:_N_CASES]) or tuple(" = ".join(case.paths[:3]) for case in kept),
    )
