"""What was looked for, whether or not it was found."""

from __future__ import annotations

from regraft.auditing.findings import AuditKind
from regraft.core import Value


class Check(Value):
    """Something that was looked for.

    Attributes:
        kind: What its findings are about.
        name: What it is, in a few words.
        looked_at: How much was looked at, or why it could not be looked for.
        n_findings: How many findings came of it.
        was_made: Whether it was looked for at all.
    """

    kind: AuditKind
    name: str
    looked_at: str
    n_findings: int = 0
    was_made: bool = True
