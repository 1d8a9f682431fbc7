"""The search for copies: the same files by their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.auditing.copies.copy_sets import SAME_FILE, Copies, CopySet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.auditing.audited_images import AuditedImages


def find_copies(images: AuditedImages) -> Copies:
    """Images that are there more than once."""
    return Copies(same_files(images.digests), len(images))


def same_files(digests: Sequence[str]) -> tuple[CopySet, ...]:
    """Sets of rows that have one content hash, in the order of their first rows."""
    rows_of: dict[str, list[int]] = {}
    for row, digest in enumerate(digests):
        rows_of.setdefault(digest, []).append(row)
    return tuple(CopySet(tuple(rows), (SAME_FILE,) * (len(rows) - 1)) for rows in rows_of.values() if len(rows) > 1)
