"""From a backbone and a geometry to an extractor: the one place where a feature's key is put together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from regraft.backbones import LAYER_RULES_VERSION, open_engine, require_engine
from regraft.features.crews import Order
from regraft.features.extraction import Extractor
from regraft.features.key import FeatureKey
from regraft.features.store import FeatureStore
from regraft.images import Transform

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.images import AnyView, ResizePolicy


def backbone_transform(spec: BackboneSpec, resize: ResizePolicy) -> Transform:
    """The geometry that a backbone's weights want, with the user's way to make an image square."""
    return Transform(
        height=spec.image_size,
        width=spec.image_size,
        policy=resize,
        crop_fraction=spec.crop_fraction,
        interpolation=spec.interpolation,
    )


def build_extractor(
    spec: BackboneSpec,
    choice: EngineChoice,
    *,
    transform: Transform,
    layer: str,
    cache: Path,
    view: AnyView | None = None,
    dtype: Literal["float32", "float16"] = "float32",
) -> Extractor:
    """An extractor whose features are kept in the cache.

    Args:
        spec: A resolved backbone.
        choice: What runs it.
        transform: The geometry.
        layer: The layer to compute.
        cache: The cache folder.
        view: Which view of each image; None for the images as they are.
        dtype: What features are kept as.

    Raises:
        MissingExtraError: The network needs torch on this machine, which is not installed.
    """
    require_engine(spec, choice, layer=layer, cache=cache)
    key = FeatureKey(
        transform=transform.fingerprint(),
        weights=str(spec.digest),
        architecture=spec.identity,
        layer=f"{layer} (rules {LAYER_RULES_VERSION})",
        engine=choice.fingerprint,
        view="plain" if view is None else view.fingerprint(),
        dtype=dtype,
    )
    opener = partial(open_engine, spec, choice, layer=layer, cache=cache)
    return Extractor(Order(key, transform, opener, view), open_store(cache))


def open_store(cache: Path) -> FeatureStore:
    """The feature store of a cache folder."""
    return FeatureStore(cache / "features")
