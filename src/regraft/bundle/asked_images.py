"""The images that a classifier is asked about: files, or what is in memory; some of them are read at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from regraft.core import OptionError, printable
from regraft.data import Unreadable, UnreadableImageError, fingerprint_files, list_images
from regraft.images import as_images, to_pixels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from regraft.data import Finding, Manifest
    from regraft.features import Extraction
    from regraft.images import GivenImages, ImageSource, PixelImage


@dataclass(frozen=True, eq=False)
class Read:
    """What came of reading some images.

    Attributes:
        rows: m of them that could be read.
        features: (m, d) float32, of these; float64 where they are a server's answers.
        unreadable: Why not, for each of the others.
    """

    rows: Sequence[int]
    features: NDArray[Any]
    unreadable: Mapping[int, Unreadable]


class Sight(Protocol):
    """What images are seen with: `features.JoinedNetworks`; an export or a server, whose features are its answers."""

    def extract(self, sources: Sequence[ImageSource], digests: Sequence[str | None], /) -> Extraction:
        """Features of files or images in memory; one whose content hash is None is left out."""
        ...

    def inputs(self, images: Iterable[ImageSource], /) -> list[NDArray[np.uint8]]:
        """What is seen of images in memory."""
        ...

    def compute(self, inputs: Sequence[NDArray[np.uint8]], /) -> NDArray[Any]:
        """Features of that."""
        ...


class AskedImages(ABC):
    """Images that a classifier is asked about.

    Attributes:
        names: What each is called.
        refused: Files that were found beside them, and cannot be read.
        remarks: What was noticed when they were listed.
    """

    names: Sequence[str]
    refused: tuple[Unreadable, ...] = ()
    remarks: tuple[Finding, ...] = ()

    @abstractmethod
    def read(self, rows: range, networks: Sight) -> Read:
        """Some of them, as networks see them."""


@dataclass(eq=False)
class AskedFiles(AskedImages):
    """Files, or parts of files.

    Attributes:
        manifest: Of them.
    """

    manifest: Manifest

    def __post_init__(self) -> None:
        self.names = self.manifest.paths
        self.refused = self.manifest.named(self.manifest.unreadable)
        self.remarks = self.manifest.remarks

    def read(self, rows: range, networks: Sight) -> Read:
        """Some of them, as networks see them: features that are kept, or are kept from now on."""
        some = self.manifest.select(rows)
        files = some.files()
        prints = fingerprint_files(files)
        found = networks.extract(files, prints.digests)
        records = {record.path: record for record in some.named(prints.unreadable + found.unreadable)}
        others = np.setdiff1d(np.arange(len(files)), found.rows).tolist()
        return Read(
            rows=[rows[row] for row in found.rows],
            features=np.asarray(found.features),
            unreadable={rows[row]: records[printable(some.paths[row])] for row in others},
        )


@dataclass(eq=False)
class AskedPixels(AskedImages):
    """Images in memory.

    Attributes:
        images: Of any sizes.
    """

    images: Sequence[PixelImage]

    def __post_init__(self) -> None:
        self.names = [f"image {number}" for number in range(len(self.images))]

    def read(self, rows: range, networks: Sight) -> Read:
        """Some of them, as networks see them."""
        pixels: dict[int, NDArray[np.uint8]] = {}
        unreadable: dict[int, Unreadable] = {}
        for row in rows:
            try:
                pixels[row] = to_pixels(self.images[row])
            except UnreadableImageError as error:
                unreadable[row] = Unreadable(path=self.names[row], reason=error.reason, detail=error.detail)
        features = networks.compute(networks.inputs(pixels.values())) if pixels else np.zeros((0, 0), np.float32)
        return Read([*pixels], features, unreadable)


def ask(images: GivenImages, *, top_k: int = 1) -> AskedImages:
    """The images that are asked about.

    Args:
        images: As for `Classifier.predict`.
        top_k: How many classes are to be named of each.

    Raises:
        OptionError: One of them is no such image, paths and images in memory are mixed, or no class is to be named.
        DataError: A folder holds no image.
    """
    if top_k < 1:
        raise OptionError(f"top_k is {top_k}: name at least one class.")
    listed = as_images(images)
    files = [image for image in listed if isinstance(image, Path)]
    pixels = [image for image in listed if not isinstance(image, Path)]
    if files and pixels:
        raise OptionError(
            f"There are {len(files):,} paths and {len(pixels):,} images in memory. Give either, not both at once."
        )
    return AskedPixels(pixels) if pixels else AskedFiles(list_images(files))
