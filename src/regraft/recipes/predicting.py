"""`regraft predict`: a saved classifier on new images."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Unpack

from pydantic import Field

from regraft.bundle import Classifier, PredictResult, load
from regraft.core import placed
from regraft.experiments import TrustOptions
from regraft.images import as_images

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.images import GivenImages
    from regraft.recipes.settings import PredictSettings

__all__ = ["PredictOptions", "PredictResult", "predict"]


class PredictOptions(TrustOptions):
    """Settings of `predict`."""

    VERB: ClassVar[str] = "predict"

    top_k: int = Field(
        1,
        ge=1,
        le=1000,
        description="How many of the most probable classes to name.",
        json_schema_extra=placed("output", 10),
    )
    unknown: bool = Field(
        default=True,
        description="Say which images look like none of the classes.",
        json_schema_extra=placed("output", 11),
    )


def predict(
    bundle: Path | str | Classifier,
    sources: GivenImages,
    options: PredictOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[PredictSettings],
) -> PredictResult:
    """Classify images.

    Args:
        bundle: A bundle's or run's folder, or a loaded classifier.
        sources: Files, folders with everything below them, and shards with all they hold; or images in memory: uint8
            arrays (height, width, 3) or (height, width), and Pillow images. One, or any number of them.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`PredictOptions`).

    Raises:
        OptionError: A source is no image, or paths and images in memory are mixed.
        BundleError: The classifier cannot be loaded.
        DataError: A folder holds no image.
    """
    options = PredictOptions.of(options, settings)
    images = as_images(sources)  # before the classifier is loaded: nothing is easier to mend
    classifier = bundle if isinstance(bundle, Classifier) else load(bundle, trust_code=options.trust_code)
    return classifier.predict(images, top_k=options.top_k, unknown=options.unknown, progress=progress)
