"""What the images of a data set are, as decoding all of them finds."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.core import Value, plural
from regraft.data import Fingerprints
from regraft.images import survey_images

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


@dataclass(frozen=True, eq=False)
class SurveyedDataset:
    """A data set after all of its images were decoded.

    Attributes:
        prints: Hashes of n images, and why some have none.
        looks: (n,) of `regraft.data.LOOK`; zeros where there is no hash.
        sizes: What the images are.
    """

    prints: Fingerprints
    looks: NDArray[Any]
    sizes: ImageSizes


def survey_dataset(manifest: Manifest, progress: Progress | None) -> SurveyedDataset:
    """Decode all images."""
    found = survey_images(manifest.files(), progress=progress)
    readable = found.looks[[digest is not None for digest in found.digests]]
    return SurveyedDataset(
        prints=Fingerprints(found.digests, manifest.named((*manifest.unreadable, *found.unreadable))),
        looks=found.looks,
        sizes=_sizes(readable, len(found.digests) + len(manifest.unreadable)),
    )


def _sizes(looks: NDArray[Any], n_images: int) -> ImageSizes:
    by_size = sorted(zip(looks["width"].tolist(), looks["height"].tolist(), strict=True), key=math.prod)
    return ImageSizes(
        n_decoded=len(looks),
        n_images=n_images,
        formats={kind.decode(): n for kind, n in Counter(looks["format"].tolist()).most_common()},
        smallest=by_size[0] if by_size else None,
        largest=by_size[-1] if by_size else None,
        n_grey=int(looks["is_grey"].sum()),
    )
