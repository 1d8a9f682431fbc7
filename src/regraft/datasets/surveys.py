"""What the images of a data set are, as decoding all of them finds."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from regraft.core import Value, plural
from regraft.data import Finding, Fingerprints, Unreadable, make_finding
from regraft.images import Look, survey_images

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.data import Manifest


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

    @property
    def sentence(self) -> str:
        """The same in words."""
        parts = [f"Decoded {self.n_decoded:,} of {plural(self.n_images, 'image')}"]
        if self.smallest and self.largest:
            parts.append(", ".join(f"{n:,} {kind}" for kind, n in self.formats.items()))
            (width, height), (most_width, most_height) = self.smallest, self.largest
            alike = "all of" if self.smallest == self.largest else f"{width:,} x {height:,} to"
            parts.append(f"{alike} {most_width:,} x {most_height:,} pixels")
            parts.append(f"{self.n_grey:,} grey")
        return f"{parts[0]}{': ' if parts[1:] else ''}{'; '.join(parts[1:])}."


def survey_dataset(manifest: Manifest, progress: Progress | None) -> tuple[Manifest, Fingerprints, ImageSizes]:
    """Decode all images.

    Returns:
        The manifest with what was noticed, their hashes and why some have none, and what they are.
    """
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
