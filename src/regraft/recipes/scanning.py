"""`regraft scan`: what a data set holds, and what is wrong with it, before any computing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from regraft.core import Options, SilentProgress, Value
from regraft.data import DataSummary, Finding, find_problems, fingerprint_manifest, read_manifest, summarise

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress


class ScanOptions(Options):
    """Settings of `scan`."""

    group_by: str | None = Field(
        None,
        description="Count images of one object as a group: a column's name, or a regular expression on the path whose "
        "capture groups name the object.",
    )


class ScanResult(Value):
    """What a data set holds."""

    root: str
    summary: DataSummary
    findings: tuple[Finding, ...]


def scan(
    source: str | Path, options: ScanOptions | None = None, *, progress: Progress | None = None, **settings: Any
) -> ScanResult:
    """List, hash and count the images of a data set; nothing is decoded.

    Args:
        source: A folder, shards, a table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ScanOptions`).

    Raises:
        DataError: There is nothing to scan.
    """
    options = ScanOptions.of(options, settings)
    manifest = read_manifest(source, group_by=options.group_by)
    prints = fingerprint_manifest(manifest, progress=progress or SilentProgress())
    readable = manifest.select(np.array([digest is not None for digest in prints.digests], np.bool_))
    digests = [digest for digest in prints.digests if digest is not None]
    return ScanResult(
        root=str(manifest.root),
        summary=summarise(readable, digests, prints.unreadable, readable.splits),
        findings=find_problems(readable, digests, prints.unreadable, readable.splits),
    )
