"""`regraft scan`: what a data set holds, and what is wrong with it, before any computing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np
from pydantic import Field

from regraft.auditing import CheckLog, find_class_marks, find_suspicious_files, find_unusual_files
from regraft.core import SilentProgress, Value, as_source, placed, plural
from regraft.data import (
    DataSummary,
    Finding,
    SourceOptions,
    Unreadable,
    find_problems,
    fingerprint_manifest,
    make_finding,
    summarise,
)
from regraft.datasets import ImageSizes, read_dataset, survey_dataset
from regraft.experiments import listed_images

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Manifest
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
    looks: NDArray[Any] | None = None
    if options.decode:
        surveyed = survey_dataset(manifest, progress)
        prints, sizes, looks = surveyed.prints, surveyed.sizes, surveyed.looks
    else:
        prints = fingerprint_manifest(manifest, progress=progress or SilentProgress())
    is_readable = np.array([digest is not None for digest in prints.digests], np.bool_)
    readable = manifest.select(is_readable)
    digests = tuple(digest for digest in prints.digests if digest is not None)
    return ScanResult(
        root=str(manifest.root),
        images=sizes,
        summary=summarise(readable, digests, prints.unreadable, readable.splits),
        findings=(
            *find_problems(readable, digests, prints.unreadable, readable.splits),
            *_found_in(readable, digests, None if looks is None else looks[is_readable]),
        ),
        unreadable=prints.unreadable,
    )


def _found_in(manifest: Manifest, digests: tuple[str, ...], looks: NDArray[Any] | None) -> tuple[Finding, ...]:
    """What an audit finds without features, in short."""
    images = listed_images(manifest, digests, manifest.splits, looks=looks)
    log = CheckLog()
    n_all = plural(len(images), "image")
    for find in (find_suspicious_files, find_unusual_files, find_class_marks):
        log.add("files", "Files", n_all, partial(find, images))
    return tuple(
        make_finding(found.code, found.severity, f"{found.message} {found.advice}", found.n, found.examples)
        for found in log.findings
    )
