"""A network that features are taken from, and the views of an image that it sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.backbones import EngineOpener, compute_features
from regraft.features.wiring import build_extractor
from regraft.images import PLAIN, read_image, transform_array

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.features.extraction import Extractor
    from regraft.images import FixedView, ImageSource, Transform


@dataclass(frozen=True)
class TappedNetwork:
    """A network, what of it is taken, from which views of an image: these are averaged.

    Attributes:
        spec: The network.
        layer: Of it.
        views: Of each image, the plain one first.
        extractors: One for each view. They share a transform.
    """

    spec: BackboneSpec
    layer: str
    views: tuple[FixedView, ...]
    extractors: tuple[Extractor, ...]

    @property
    def transform(self) -> Transform:
        """From file bytes to pixels."""
        return self.extractors[0].order.transform

    def pixels(self, images: Sequence[ImageSource]) -> list[NDArray[np.uint8]]:
        """What the network sees of m images: for each view (m, h, w, 3) uint8.

        Raises:
            UnreadableImageError: One cannot be read.
            OptionError: An array is no image.
        """
        return [np.stack([_pixels(image, self.transform, view) for image in images]) for view in self.views]

    def compute(self, views: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Features of what `pixels` gave: for each view (m, d) float32.

        Raises:
            BackboneError: The network cannot be had, or the process was forked after a network had been used.
        """
        # All views at once: the engine fills up what is less than a batch.
        rows = compute_features(self.extractors[0].order.open_engine(), np.concatenate(views))
        return np.split(rows, len(views))

    def staying_open(self) -> TappedNetwork:
        """The same; after its first use it stays in memory, once for all views."""
        opener = EngineOpener(self.extractors[0].order.open_engine)
        return replace(self, extractors=tuple(one.opened_by(opener) for one in self.extractors))


def tap_network(
    spec: BackboneSpec,
    choice: EngineChoice,
    *,
    transform: Transform,
    layer: str,
    cache: Path,
    views: Sequence[FixedView] = (PLAIN,),
) -> TappedNetwork:
    """A network with what turns images into its features.

    Args:
        spec: A resolved backbone.
        choice: What runs it.
        transform: The geometry.
        layer: The layer to compute.
        cache: The cache folder.
        views: Whose features are averaged.

    Raises:
        MissingExtraError: The network needs torch on this machine, which is not installed.
    """
    plain = build_extractor(spec, choice, transform=transform, layer=layer, cache=cache)
    tapped = TappedNetwork(spec, layer, tuple(views), tuple(_seen_so(plain, view) for view in views))
    return tapped if len(views) == 1 else tapped.staying_open()


def _seen_so(plain: Extractor, view: FixedView) -> Extractor:
    if view == PLAIN:
        return plain
    key = plain.order.key.model_copy(update={"view": view.fingerprint()})
    return replace(plain, order=replace(plain.order, key=key, view=view))


def _pixels(image: ImageSource, transform: Transform, view: FixedView) -> NDArray[np.uint8]:
    if isinstance(image, np.ndarray):
        return transform_array(image, transform, view)
    return read_image(image, transform, view).pixels
