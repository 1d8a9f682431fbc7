from .audited_images import AuditedImages
from .findings import AUDIT_KINDS, Action, AuditFinding, AuditKind, Case, Certainty, make_audit_finding

__all__ = [
    "AUDIT_KINDS",
    "Action",
    "AuditFinding",
    "AuditKind",
    "AuditedImages",
    "Case",
    "Certainty",
    "make_audit_finding",
]
