"""What an audit found, as one value: `audit.json` is this, `audit.html` shows it."""

from __future__ import annotations

from pydantic import Field

from regraft.auditing import AuditFinding, Check, SeriesGap
from regraft.core import plural
from regraft.reports.page_record import PageRecord
from regraft.reports.report import LeftOutFile, Stage


class AuditReport(PageRecord):
    """All that an audit found.

    Attributes:
        description: What was looked at, as one line.
        n_images: Readable, labelled images.
        n_classes: Classes that have some.
        gap: What a random split hides, where images come in series.
        findings: The worst first.
        checks: Everything that was looked for.
        data_facts: Name -> value.
        left_out: Files that could not be used.
        stages: Times.
    """

    description: str = ""
    n_images: int
    n_classes: int
    gap: SeriesGap | None = None
    findings: tuple[AuditFinding, ...] = ()
    checks: tuple[Check, ...] = ()
    data_facts: dict[str, str | int | float | None] = Field(default_factory=dict)
    left_out: tuple[LeftOutFile, ...] = ()
    stages: tuple[Stage, ...] = ()

    @property
    def n_warnings(self) -> int:
        """Findings that would change the headline, or lose a class."""
        return sum(one.severity == "warning" for one in self.findings)

    @property
    def not_made(self) -> tuple[Check, ...]:
        """Checks for which there was too little to look at."""
        return tuple(check for check in self.checks if check.n_findings is None)

    @property
    def sentence(self) -> str:
        """The result in words."""
        n_not_made = len(self.not_made)
        if not self.findings:
            n_made = len(self.checks) - n_not_made
            but = f"; {plural(n_not_made, 'more', 'more')} could not be made" if n_not_made else ""
            return f"Nothing was found in {plural(self.n_images, 'image')}, by {plural(n_made, 'check')}{but}."
        n, n_warnings = len(self.findings), self.n_warnings
        serious = (
            "none of them changes what a measured accuracy means"
            if not n_warnings
            else f"{n_warnings} {'changes' if n_warnings == 1 else 'change'} what a measured accuracy means"
        )
        but = f" {plural(n_not_made, 'check')} could not be made." if n_not_made else ""
        return f"{plural(n, 'finding')} in {plural(self.n_images, 'image')}; {serious}.{but}"
