"""What scikit-learn hands over as X, as images: paths or pixels; and their features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import DataError, OptionError, cache_folder, plural
from regraft.data import fingerprint_files
from regraft.experiments import open_network
from regraft.images import as_images, digest_array, named_pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regraft.experiments import NetworkOptions


@dataclass(frozen=True, eq=False)
class ListedFeatures:
    """Features of a list of images, one row for each.

    Attributes:
        features: (n, d) float32.
        digests: n content hashes.
        n_penultimate: How many of the features are the penultimate layer's.
    """

    features: NDArray[np.float32]
    digests: tuple[str, ...]
    n_penultimate: int


def list_features(X: Any, options: NetworkOptions) -> ListedFeatures:
    """Features of images, computed once and kept.

    Args:
        X: n paths, uint8 arrays (h, w, 3) or (h, w), or Pillow images: a list, an array, or a column of a table. Or
            one.
        options: Which features.

    Raises:
        OptionError: X is no such list.
        DataError: Some of the files cannot be read: a row of features can stand for each image only.
    """
    sources = list_sources(X)
    files = [source for source in sources if isinstance(source, Path)]
    prints = fingerprint_files(files)
    of_file = iter(prints.digests)
    digests = [digest_array(source) if isinstance(source, np.ndarray) else next(of_file) for source in sources]
    spec, _choice, extractor = open_network(options, cache_folder())
    found = extractor.extract(sources, digests)
    if unreadable := prints.unreadable + found.unreadable:
        first = unreadable[0]
        raise DataError(
            f"{len(unreadable):,} of {plural(len(sources), 'image')} cannot be read (first: {first.path}: "
            f"{first.reason}, {first.detail}). Leave them out; `regraft scan` lists them."
        )
    return ListedFeatures(found.features, tuple(map(str, digests)), spec.n_features)


def list_sources(X: Any) -> list[Path | NDArray[np.uint8]]:
    """The images of X, each a path or a uint8 array.

    Raises:
        OptionError: X is no image and no list of images, or it is empty.
        DataError: The file behind a Pillow image cannot be read.
    """
    images = as_images(X, "X")
    if not images:
        raise OptionError("X holds no images.")
    return [
        image if isinstance(image, Path) else named_pixels(image, f"Item {place} of X")
        for place, image in enumerate(images)
    ]
