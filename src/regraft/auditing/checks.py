"""What was looked for, whether or not it was found."""

from __future__ import annotations

from regraft.auditing.findings import AuditKind
from regraft.core import Value


class Check(Value):
    """Something that was looked for.

    Attributes:
        kind: What its findings are about.
        name: What it is, in a few words.
        looked_at: How much was looked at.
        n_findings: How many findings came of it.
    """

    kind: AuditKind
    name: str
    looked_at: str
    n_findings: int = 0
