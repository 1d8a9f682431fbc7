"""`audit.html`: the worst first, pictures side by side, what to do; a thousand findings stay one readable page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.reports.page import environment
from regraft.reports.pictures import Pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regraft.auditing import Action, AuditFinding, AuditKind, Case
    from regraft.reports.audit import AuditReport

KIND_NAMES: dict[AuditKind, str] = {
    "leakage": "Leaks between training and test",
    "groups": "Series and groups",
    "labels": "Labels",
    "copies": "Copies",
    "shortcuts": "Shortcuts",
    "shift": "Training against test",
    "classes": "Classes",
    "files": "Files",
    "slices": "Parts that are recognised worse",
    "outliers": "Unlike the others",
}
"""What a page calls the kinds of findings, in the order in which it shows those that weigh the same."""

N_PICTURED_CASES = 8
"""Cases of a finding with pictures; one of them shows at most six images."""
N_PICTURED_IMAGES = 6
N_PICTURES_MAX = 300
N_CASE_ROWS = 200
_DEEDS = {
    "keep": "keep",
    "relabel": "label as",
    "quarantine": "leave out",
    "group": "keep together",
    "keep-one-side": "keep in",
}


@dataclass(frozen=True)
class PicturedCase:
    """A case with its first images: path, picture as a data URI or None, and what is proposed."""

    case: Case
    images: tuple[tuple[str, str | None, str], ...]
    n_more: int


@dataclass(frozen=True)
class ShownFinding:
    """A finding as the page shows it."""

    anchor: str
    finding: AuditFinding
    heading: str
    cases: tuple[PicturedCase, ...]
    rows: tuple[Case, ...]


def render_audit(report: AuditReport, *, thumbnail: Callable[[str], bytes | None] | None = None) -> str:
    """The page of an audit as HTML.

    Args:
        report: What to show.
        thumbnail: Gives the JPEG bytes of a small picture for an image's path, or None where it cannot be had.
    """
    shown = tuple(_shown(report, Pictures(thumbnail)))
    context = {
        "report": report,
        "json_name": "audit.json",
        "shown": shown,
        "kinds": KIND_NAMES,
        "has_pictures": thumbnail is not None,
        "counts": Counter(one.kind for one in report.findings),
        "n_case_rows": N_CASE_ROWS,
        "seconds_total": sum(stage.seconds for stage in report.stages),
    }
    return environment().get_template("audit.html.j2").render(context)


def worst_first(findings: tuple[AuditFinding, ...]) -> tuple[AuditFinding, ...]:
    """Findings in the order in which they should be read: what changes the headline, then what is surest."""
    kinds = list(KIND_NAMES)
    certainties = ["certain", "likely", "possible"]
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                one.severity != "warning",
                kinds.index(one.kind),
                certainties.index(one.certainty),
                -one.n,
            ),
        )
    )


def say_action(action: Action) -> str:
    """What is proposed for an image, in words; nothing for one that is kept. A group's name is in the table alone."""
    if action.verb == "keep":
        return ""
    return _DEEDS[action.verb] if action.verb == "group" else f"{_DEEDS[action.verb]} {action.to}".strip()


def _shown(report: AuditReport, pictures: Pictures) -> Iterator[ShownFinding]:
    n_left = N_PICTURES_MAX
    for number, finding in enumerate(worst_first(report.findings), start=1):
        cases = finding.cases[: N_PICTURED_CASES if n_left > 0 else 0]
        pictured = tuple(_pictured(case, pictures) for case in cases)
        n_left -= sum(len(case.images) for case in pictured)
        yield ShownFinding(
            anchor=f"finding-{number}",
            finding=finding,
            heading=KIND_NAMES[finding.kind],
            cases=pictured,
            rows=finding.cases[:N_CASE_ROWS] if len(finding.cases) > len(pictured) else (),
        )


def _pictured(case: Case, pictures: Pictures) -> PicturedCase:
    paths = case.paths[:N_PICTURED_IMAGES]
    deeds = [say_action(action) for action in case.actions] or [""] * len(case.paths)
    images = tuple((path, pictures.uri(path), deed) for path, deed in zip(paths, deeds, strict=False))
    return PicturedCase(case, images, len(case.paths) - len(paths))
