"""`regraft predict`: a saved classifier on new images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from regraft.bundle import Classifier, load_bundle
from regraft.core import Value, as_paths, placed
from regraft.data import Finding, Unreadable, left_out, list_images, unkept
from regraft.experiments import TrustOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from regraft.bundle import Answers
    from regraft.core import Progress


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


class Prediction(Value):
    """What the classifier says of one image.

    Attributes:
        path: The image.
        label: The most probable class.
        probability: Its probability.
        top: The `top_k` most probable classes with their probabilities, the best first.
    """

    path: str
    label: str
    probability: float
    top: tuple[tuple[str, float], ...]


class PredictResult(Value):
    """What the classifier says of some images.

    Attributes:
        predictions: One for each image that could be read, in the order of the files.
        unreadable: One record for each of the others.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    predictions: tuple[Prediction, ...]
    unreadable: tuple[Unreadable, ...]
    findings: tuple[Finding, ...] = ()


def predict(
    bundle: Path | str | Classifier,
    sources: Iterable[str | Path] | str | Path,
    options: PredictOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> PredictResult:
    """Classify image files.

    Args:
        bundle: A bundle's or run's folder, or a loaded classifier.
        sources: Files, folders with everything below them, and shards with all they hold; or one of them.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`PredictOptions`).

    Raises:
        OptionError: A source is no path; images in memory are for `Classifier.predict_arrays`.
        BundleError: The classifier cannot be loaded.
        DataError: A folder holds no image.
    """
    options = PredictOptions.of(options, settings)
    places = as_paths(sources, "An image or folder")
    classifier = _loaded(bundle, options)
    manifest = list_images(places)
    files = manifest.files()
    predictions: list[Prediction] = []
    unreadable: list[Unreadable] = list(manifest.unreadable)
    for answers in classifier.predict_files(files, progress=progress):
        paths = [manifest.paths[row] for row in answers.rows]
        predictions.extend(_named(paths, answers, classifier.class_names, options.top_k))
        unreadable.extend(answers.unreadable)
    records = manifest.named(unreadable)
    return PredictResult(
        predictions=tuple(predictions),
        unreadable=records,
        findings=(*left_out(records), *manifest.remarks, *unkept(classifier.cache)),
    )


def _loaded(bundle: Path | str | Classifier, options: PredictOptions) -> Classifier:
    return bundle if isinstance(bundle, Classifier) else load_bundle(bundle, trust_code=options.trust_code)


def _named(paths: Sequence[str], answers: Answers, class_names: Sequence[str], top_k: int) -> Iterator[Prediction]:
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")[:, :top_k]
    for path, row, places in zip(paths, answers.probabilities, order, strict=True):
        top = tuple((class_names[place], float(row[place])) for place in places)
        yield Prediction(path=path, label=top[0][0], probability=top[0][1], top=top)
