"""An extraction that starts in half a second and says what it computed: run as a program, or called in a test.

    python extraction_child.py FOLDER STORE LOG FIRST [looks | loose] [STEP:CALL:MOMENT]

FIRST is the image to begin with; those before it come last. With `looks` looks are kept, too; with `loose` the store's
index is not opened, and shards are left for it.

The files of FOLDER are real images, decoded by Regraft; only the network is replaced, by whole-number arithmetic on
pixels. The store is Regraft's own, with shards of SHARD_ROWS rows.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from failpoints import FailPoint
from regraft.core import digest_bytes
from regraft.data import fingerprint_files
from regraft.features import Extraction, Extractor, FeatureKey, FeatureStore, LooseShards, Order
from regraft.images import Transform

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

TRANSFORM = Transform(height=6, width=6)
KEY = FeatureKey(
    transform=TRANSFORM.fingerprint(), weights="none", architecture="pixels", layer="sums", engine="numpy-exact-cpu"
)
N_FEATURES = 24


class PixelEngine:
    """An engine (regraft.backbones.Engine) without a network: exact sums of pixels, times fixed numbers.

    Args:
        log: Gets one line for each computed image, the hash of its pixels, in one write per batch.
    """

    name = "numpy"
    precision = "exact"
    device = "cpu"
    batch_size = 16
    n_features = N_FEATURES

    def __init__(self, log: Path) -> None:
        self.log = log
        n_values = TRANSFORM.height * TRANSFORM.width * 3
        self.mixing = np.random.default_rng(0).integers(-9, 10, (n_values, N_FEATURES))

    def stream(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        """Features (b, 24) of batches (b, 6, 6, 3)."""
        for pixels in batches:
            self._note(pixels)
            yield (pixels.reshape(len(pixels), -1) @ self.mixing).astype(np.float32) / 7

    def _note(self, pixels: NDArray[np.uint8]) -> None:
        lines = "".join(f"{digest_bytes(image.tobytes())[:16]}\n" for image in pixels)
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, lines.encode())
        os.close(handle)


def images_of(folder: Path) -> list[Path]:
    """The images of a folder, always in the same order."""
    return sorted(folder.glob("*.png"))


def extractor_of(store: Path, log: Path, *, takes_looks: bool = False) -> Extractor:
    """Regraft's extractor, with the engine above."""
    order = Order(KEY, TRANSFORM, lambda: PixelEngine(log), takes_looks=takes_looks)
    return Extractor(order, FeatureStore(store))


def extract(files: list[Path], store: Path, log: Path, *, takes_looks: bool = False) -> Extraction:
    """Features of some files."""
    return extractor_of(store, log, takes_looks=takes_looks).extract(files, fingerprint_files(files).digests)


def leave(files: list[Path], store: Path, log: Path) -> int:
    """Compute what the store and those before have not, and leave it there; returns of how many images."""
    digests = fingerprint_files(files).digests
    return extractor_of(store, log).keep(files, digests, LooseShards(store)).n_computed


def computed_images(*logs: Path) -> Counter[str]:
    """How often each image was computed, by the hash of its pixels."""
    return Counter(line for log in logs if log.exists() for line in log.read_text().split())


if __name__ == "__main__":
    folder, store, log = map(Path, sys.argv[1:4])
    first = int(sys.argv[4])
    mode = sys.argv[5] if sys.argv[5:6] in (["looks"], ["loose"]) else ""
    for text in sys.argv[5 + bool(mode) :]:
        FailPoint.parse(text).arm()
    files = images_of(folder)
    if mode == "loose":
        leave(files[first:] + files[:first], store, log)
    else:
        extract(files[first:] + files[:first], store, log, takes_looks=mode == "looks")
