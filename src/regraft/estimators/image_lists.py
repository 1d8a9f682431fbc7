"""What scikit-learn hands over as X, as images: paths or pixels; and their features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from regraft.core import DataError, OptionError, cache_folder, plural
from regraft.data import fingerprint_files
from regraft.experiments import open_networks
from regraft.images import as_images, digest_array, named_pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.data import Unreadable
    from regraft.experiments import NetworkOptions
    from regraft.features import JoinedNetworks
    from regraft.images import PixelImage

_N_DECODED = 256
"""Pillow images that are decoded at once: photos are opened, not decoded, until their features are computed."""


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
        DataError: Some cannot be read: a row of features can stand for each image only.
    """
    images = require_images(X)
    networks = open_networks(options, cache_folder()).staying_open()
    n_chunk = _N_DECODED if any(isinstance(image, Image.Image) for image in images) else len(images)
    parts = [_part(images[start : start + n_chunk], start, networks) for start in range(0, len(images), n_chunk)]
    if unreadable := [record for _digests, _features, records in parts for record in records]:
        first = unreadable[0]
        raise DataError(
            f"{len(unreadable):,} of {plural(len(images), 'image')} cannot be read (first: {first.path}: "
            f"{first.reason}, {first.detail}). Leave them out; `regraft scan` lists them."
        )
    digests = tuple(str(digest) for part, _features, _records in parts for digest in part)
    return ListedFeatures(
        np.concatenate([features for _digests, features, _records in parts]), digests, networks.n_penultimate
    )


def _part(
    images: Sequence[Path | PixelImage], start: int, networks: JoinedNetworks
) -> tuple[list[str | None], NDArray[np.float32], tuple[Unreadable, ...]]:
    """Content hashes, features, and what cannot be read, of some images: they are decoded for as long as this takes."""
    sources = [
        image if isinstance(image, Path) else named_pixels(image, f"Item {place} of X")
        for place, image in enumerate(images, start)
    ]
    prints = fingerprint_files([source for source in sources if isinstance(source, Path)])
    of_file = iter(prints.digests)
    digests = [digest_array(source) if isinstance(source, np.ndarray) else next(of_file) for source in sources]
    found = networks.extract(sources, digests)
    return digests, np.asarray(found.features), prints.unreadable + found.unreadable


def require_images(X: Any) -> list[Path | PixelImage]:
    """The images of X, each a path, a uint8 array or a Pillow image that nobody has decoded yet.

    Raises:
        OptionError: X is no image and no list of images, or it is empty.
    """
    images = as_images(X, "X")
    if not images:
        raise OptionError("X holds no images.")
    return images
