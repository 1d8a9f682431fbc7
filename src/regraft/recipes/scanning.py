"""`regraft scan`: what a data set holds, and what is wrong with it, before any computing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Unpack

import numpy as np
from pydantic import Field

from regraft.core import SilentProgress, Value, as_source, placed
from regraft.data import (
    DataSummary,
    Finding,
    SourceOptions,
    Unreadable,
    find_problems,
    fingerprint_manifest,
    summarise,
)
from regraft.datasets import ImageSizes, read_dataset, survey_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.recipes.settings import ScanSettings

__all__ = ["Finding", "ScanOptions", "ScanResult", "scan"]


class ScanOptions(SourceOptions):
    """Settings of `scan`."""

    VERB: ClassVar[str] = "scan"

    decode: bool = Field(
        default=True,
        description="Look into every image, to find those that are damaged; --no-decode only lists and hashes them.",
        json_schema_extra=placed("data", 10),
    )


class ScanResult(Value):
    """What a data set holds.

    Attributes:
        root: Where it is.
        summary: Counts.
        images: What decoding found; None where nothing was decoded.
        findings: What was noticed: left out, guessed, doubtful.
        unreadable: One record for each file that cannot be used.
    """

    root: str
    summary: DataSummary
    images: ImageSizes | None
    findings: tuple[Finding, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def looked_at(self) -> str:
        """A sentence: what was looked at, and so what the findings cannot say."""
        if self.images is None:
            return "No image was decoded (--no-decode): damaged ones are found by probe."
        return self.images.sentence


def scan(
    source: str | Path,
    options: ScanOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ScanSettings],
) -> ScanResult:
    """List, hash, decode and count the images of a data set.

    Args:
        source: A folder, shards, a table, or the name of a data set.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ScanOptions`).

    Raises:
        DataError: There is nothing to scan.
    """
    source = as_source(source)
    options = ScanOptions.of(options, settings)
    manifest = read_dataset(source, options.reading())
    sizes: ImageSizes | None = None
    if options.decode:
        surveyed = survey_dataset(manifest, progress)
        manifest, prints, sizes = surveyed.manifest, surveyed.prints, surveyed.sizes
    else:
        prints = fingerprint_manifest(manifest, progress=progress or SilentProgress())
    readable = manifest.select(np.array([digest is not None for digest in prints.digests], np.bool_))
    digests = [digest for digest in prints.digests if digest is not None]
    return ScanResult(
        root=str(manifest.root),
        images=sizes,
        summary=summarise(readable, digests, prints.unreadable, readable.splits),
        findings=find_problems(readable, digests, prints.unreadable, readable.splits),
        unreadable=prints.unreadable,
    )
