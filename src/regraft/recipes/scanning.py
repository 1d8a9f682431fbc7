"""`regraft scan`: what a data set holds, and what is wrong with it, before any computing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import SilentProgress, Value
from regraft.data import DataSummary, Finding, find_problems, fingerprint_manifest, read_manifest, summarise
from regraft.recipes.source_options import SourceOptions

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress


class ScanOptions(SourceOptions):
    """Settings of `scan`."""


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
    manifest = read_manifest(source, options.reading())
    prints = fingerprint_manifest(manifest, progress=progress or SilentProgress())
    readable = manifest.select(np.array([digest is not None for digest in prints.digests], np.bool_))
    digests = [digest for digest in prints.digests if digest is not None]
    return ScanResult(
        root=str(manifest.root),
        summary=summarise(readable, digests, prints.unreadable, readable.splits),
        findings=find_problems(readable, digests, prints.unreadable, readable.splits),
    )
