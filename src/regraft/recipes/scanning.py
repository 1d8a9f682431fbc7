"""`regraft scan`: what a data set holds, and what is wrong with it, before any computing."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from regraft.core import SilentProgress, Value, as_source, placed, plural
from regraft.data import (
    DataSummary,
    Finding,
    Fingerprints,
    SourceOptions,
    Unreadable,
    find_problems,
    fingerprint_manifest,
    make_finding,
    summarise,
)
from regraft.datasets import read_dataset
from regraft.images import Look, survey_images

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.data import Manifest


class ScanOptions(SourceOptions):
    """Settings of `scan`."""

    VERB: ClassVar[str] = "scan"

    decode: bool = Field(
        default=True,
        description="Look into every image, to find those that are damaged; --no-decode only lists and hashes them.",
        json_schema_extra=placed("data", 10),
    )


class ImageSizes(Value):
    """What the images of a data set are, as decoding found.

    Attributes:
        n_decoded: Images that can be decoded.
        n_images: Images that were looked into.
        formats: How many of each format.
        smallest: Width and height, in pixels, of the image with the fewest.
        largest: Of the one with the most.
        n_grey: Images without colours.
    """

    n_decoded: int
    n_images: int
    formats: dict[str, int]
    smallest: tuple[int, int] | None
    largest: tuple[int, int] | None
    n_grey: int


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
        return _describe(self.images)


def scan(
    source: str | Path, options: ScanOptions | None = None, *, progress: Progress | None = None, **settings: Any
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
    if options.decode:
        manifest, prints, sizes = _look_into(manifest, progress)
    else:
        prints, sizes = _hash(manifest, progress), None
    readable = manifest.select(np.array([digest is not None for digest in prints.digests], np.bool_))
    digests = [digest for digest in prints.digests if digest is not None]
    return ScanResult(
        root=str(manifest.root),
        images=sizes,
        summary=summarise(readable, digests, prints.unreadable, readable.splits),
        findings=find_problems(readable, digests, prints.unreadable, readable.splits),
        unreadable=prints.unreadable,
    )


def _hash(manifest: Manifest, progress: Progress | None) -> Fingerprints:
    return fingerprint_manifest(manifest, progress=progress or SilentProgress())


def _look_into(manifest: Manifest, progress: Progress | None) -> tuple[Manifest, Fingerprints, ImageSizes]:
    """Decode all images: what was noticed, their hashes, why some have none, and what they are."""
    looks = survey_images(manifest.files(), progress=progress)
    headers = [look.header for look in looks if isinstance(look, Look) and look.header is not None]
    by_size = sorted(((one.width, one.height) for one in headers), key=math.prod)
    prints = Fingerprints(
        tuple(look.digest if isinstance(look, Look) else None for look in looks),
        manifest.named((*manifest.unreadable, *(look for look in looks if isinstance(look, Unreadable)))),
    )
    uncovered = [
        path for path, look in zip(manifest.paths, looks, strict=True) if isinstance(look, Look) and look.is_uncovered
    ]
    return (
        replace(manifest, remarks=(*manifest.remarks, *_say_uncovered(uncovered))),
        prints,
        ImageSizes(
            n_decoded=sum(isinstance(look, Look) for look in looks),
            n_images=len(looks) + len(manifest.unreadable),
            formats=dict(Counter(one.kind for one in headers).most_common()),
            smallest=by_size[0] if by_size else None,
            largest=by_size[-1] if by_size else None,
            n_grey=sum(one.is_grey for one in headers),
        ),
    )


def _say_uncovered(paths: list[str]) -> tuple[Finding, ...]:
    if not paths:
        return ()
    message = (
        f"{plural(len(paths), 'image')} {'is' if len(paths) == 1 else 'are'} transparent everywhere, so programs show "
        "nothing: the colours under that are used. Leave out what is not meant, or save it without transparency."
    )
    return (make_finding("hidden_colours", "note", message, len(paths), paths),)


def _describe(sizes: ImageSizes) -> str:
    parts = [f"Decoded {sizes.n_decoded:,} of {plural(sizes.n_images, 'image')}"]
    if sizes.smallest and sizes.largest:
        parts.append(", ".join(f"{n:,} {kind}" for kind, n in sizes.formats.items()))
        (width, height), (most_width, most_height) = sizes.smallest, sizes.largest
        alike = "all of" if sizes.smallest == sizes.largest else f"{width:,} x {height:,} to"
        parts.append(f"{alike} {most_width:,} x {most_height:,} pixels")
        parts.append(f"{sizes.n_grey:,} grey")
    return f"{parts[0]}{': ' if parts[1:] else ''}{'; '.join(parts[1:])}."
