"""The images that a classifier is asked about: files, or what is in memory; some of them are read at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import printable
from regraft.data import Unreadable, UnreadableImageError, fingerprint_files
from regraft.images import to_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from regraft.data import Finding, Manifest
    from regraft.features import JoinedNetworks
    from regraft.images import PixelImage


@dataclass(frozen=True, eq=False)
class Read:
    """What came of reading some images.

    Attributes:
        rows: m of them that could be read.
        features: (m, d) float32, of these.
        unreadable: Why not, for each of the others.
    """

    rows: Sequence[int]
    features: NDArray[np.float32]
    unreadable: Mapping[int, Unreadable]


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
    def read(self, rows: range, networks: JoinedNetworks) -> Read:
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

    def read(self, rows: range, networks: JoinedNetworks) -> Read:
        """Some of them, as networks see them: features that are kept, or are kept from now on."""
        some = self.manifest.select(rows)
        files = some.files()
        prints = fingerprint_files(files)
        found = networks.extract(files, prints.digests)
        records = {record.path: record for record in some.named(prints.unreadable + found.unreadable)}
        others = np.setdiff1d(np.arange(len(files)), found.rows).tolist()
        return Read(
            rows=[rows[row] for row in found.rows],
            features=found.features,
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

    def read(self, rows: range, networks: JoinedNetworks) -> Read:
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
