"""What was looked for: found, not found, or not looked for at all, and why."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pydantic import Field

from regraft.auditing.findings import AuditKind
from regraft.core import PrintableText, SilentProgress, Value, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from regraft.auditing.findings import AuditFinding
    from regraft.core import Progress

    Answer = TypeVar("Answer")

N_UNITS_MIN = 10
"""A class, a side or a part of the images with fewer independent ones is not judged: three images are no evidence."""


class NotChecked(Exception):  # noqa: N818 - no error: there is too little to look at
    """A check cannot be made; the text says what it takes and what there is."""


def require(n_there: int, n_least: int, one: str, many: str | None = None) -> None:
    """See that there is enough for a check.

    Args:
        n_there: How many there are.
        n_least: How many it takes.
        one: What is counted.
        many: Its plural, where an "s" does not make it.

    Raises:
        NotChecked: There are fewer.
    """
    if n_there < n_least:
        least = f"a {one}" if n_least == 1 else plural(n_least, one, many)
        raise NotChecked(f"it takes {least}, and there {'is' if n_there == 1 else 'are'} {n_there or 'none'}")


class Check(Value):
    """Something that was to be looked for.

    Attributes:
        kind: What its findings are about.
        name: What it is, in a few words.
        looked_at: How much was looked at.
        n_findings: How many findings came of it; None where it was not made.
        not_made: Why it was not made; empty where it was.
    """

    kind: AuditKind
    name: PrintableText
    looked_at: PrintableText
    n_findings: int | None = Field(0, ge=0)
    not_made: PrintableText = ""

    @property
    def result(self) -> str:
        """What came of it, in words."""
        if self.n_findings is None:
            return f"not made: {self.not_made}"
        return plural(self.n_findings, "finding") if self.n_findings else "nothing found"


class CheckLog:
    """Makes checks one after the other, and remembers what came of each.

    Attributes:
        findings: In the order of the checks.
        checks: Everything that was to be looked for.
        seconds: By check.
    """

    def __init__(self, progress: Progress | None = None, n_checks: int = 0) -> None:
        self.findings: list[AuditFinding] = []
        self.checks: list[Check] = []
        self.seconds: dict[str, float] = {}
        self._progress = progress or SilentProgress()
        self._progress.start("Checking", n_checks, unit="checks")

    def add(self, kind: AuditKind, name: str, looked_at: str, find: Callable[[], tuple[AuditFinding, ...]]) -> None:
        """Make a check, if it can be made.

        Args:
            kind: Of what it finds.
            name: Of the check.
            looked_at: What it looks at.
            find: Makes it; raises `NotChecked` where it cannot be made.
        """
        try:
            found = self.time(name, find)
        except NotChecked as reason:
            check = Check(kind=kind, name=name, looked_at=looked_at, n_findings=None, not_made=str(reason))
        else:
            self.findings += found
            check = Check(kind=kind, name=name, looked_at=looked_at, n_findings=len(found))
        self.checks.append(check)
        self._progress.advance()

    def time(self, name: str, find: Callable[[], Answer]) -> Answer:
        """Do something that belongs to a check."""
        began = time.perf_counter()
        self._progress.tell(name)
        try:
            return find()
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
