"""Images that are there more than once: the same file, or the same picture in another form."""

from regraft.auditing.copies.copy_sets import Copies, CopySet
from regraft.auditing.copies.finding_copies import find_copies
from regraft.auditing.copies.verdicts import judge_copies

__all__ = ["Copies", "CopySet", "find_copies", "judge_copies"]
