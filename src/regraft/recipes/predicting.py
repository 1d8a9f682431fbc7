"""`regraft predict`: a saved classifier on new images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from pydantic import Field

from regraft.bundle import (
    RECORD_FILE,
    Classifier,
    OutcomeFormat,
    PredictResult,
    find_bundle,
    load,
    open_served,
    outcome_format,
    write_stream,
)
from regraft.core import OptionError, placed
from regraft.experiments import TrustOptions
from regraft.exporting import find_export, open_export
from regraft.images import as_images

if TYPE_CHECKING:
    from regraft.bundle import PredictionStream, ServedClassifier
    from regraft.core import Progress
    from regraft.exporting import ExportedClassifier
    from regraft.images import GivenImages
    from regraft.recipes.settings import PredictSettings

__all__ = [
    "PredictOptions",
    "PredictResult",
    "TrustOptions",
    "classifier_file",
    "open_classifier",
    "open_predictions",
    "predict",
]


class PredictOptions(TrustOptions):
    """Settings of `predict`."""

    VERB: ClassVar[str] = "predict"

    server: str | None = Field(
        None,
        description="Address of a server (regraft serve) that is asked: what is named first is a classifier there. "
        "A token goes into REGRAFT_TOKEN. Images are sent without their names.",
        json_schema_extra=placed("network", 10),
    )
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
    out: Path | None = Field(
        None,
        description="File to write, whole or not at all: .csv, .json, .jsonl (a line for each image) or .parquet. What "
        "was stopped or killed goes on when the same command is given again.",
        json_schema_extra=placed("output", 20),
    )
    format: Literal["auto", "table", "csv", "json", "jsonl", "parquet"] = Field(
        "auto",
        description="How answers are told: auto is as the name of --out says, else a table for people; the others are "
        "for programs. All of them name the images that could not be read.",
        json_schema_extra=placed("output", 21),
    )

    def file_format(self) -> OutcomeFormat | None:
        """The format of the file `out`; None where none is written.

        Raises:
            OptionError: It has none, or cannot be a file.
        """
        if self.out is None:
            if self.format == "parquet":
                raise OptionError("Parquet is for files: name one with --out FILE.parquet.")
            return None
        if self.out.is_dir():
            raise OptionError(f"--out {self.out} is a folder: name a file.")
        if self.format == "table":
            raise OptionError("A table for people is not for a file: leave --format out, or name another.")
        return outcome_format(self.out) if self.format == "auto" else self.format


def predict(
    bundle: Path | str | Classifier,
    sources: GivenImages,
    options: PredictOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[PredictSettings],
) -> PredictResult:
    """Classify images.

    With `out` the answers are in that file, and the result counts them: a million of them need little memory.

    Args:
        bundle: A bundle's or run's folder, an export, or a loaded classifier; with `server` a classifier's name there.
        sources: Files, folders with everything below them, and shards with all they hold; or images in memory: uint8
            arrays (height, width, 3) or (height, width), and Pillow images. One, or any number of them.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`PredictOptions`).

    Raises:
        OptionError: A source is no image, paths and images in memory are mixed, or `out` cannot be written so.
        BundleError: The classifier cannot be loaded.
        FetchError: The server cannot be reached.
        DataError: A folder holds no image.
    """
    options = PredictOptions.of(options, settings)
    form = options.file_format()
    stream = open_predictions(bundle, sources, options)
    if options.out is None or form is None:
        return stream.result(progress=progress)
    return write_stream(stream, options.out, form, progress=progress)


def open_predictions(
    bundle: Path | str | Classifier, sources: GivenImages, options: PredictOptions
) -> PredictionStream:
    """The answers to all images, none of which is computed yet.

    Args:
        bundle: As for `predict`, as the others.
        sources: The images.
        options: What to tell of them.

    Raises:
        RegraftError: As `predict`.
    """
    images = as_images(sources)  # before the classifier is loaded: nothing is easier to mend
    if options.out is not None and not all(isinstance(image, Path) for image in images):
        raise OptionError(
            "The option 'out' is for files: images in memory have no names. Take the result's predictions instead."
        )
    classifier = _asked(bundle, options)
    return classifier.stream(images, top_k=options.top_k, unknown=options.unknown)


def _asked(
    bundle: Path | str | Classifier, options: PredictOptions
) -> Classifier | ExportedClassifier | ServedClassifier:
    if options.server is None:
        return bundle if isinstance(bundle, Classifier) else open_classifier(bundle, trust_code=options.trust_code)
    if not isinstance(bundle, str):
        raise OptionError("With the option 'server' the classifier is named by a text: what it is called there.")
    return open_served(options.server, bundle)


def open_classifier(place: Path | str, *, trust_code: bool = False) -> Classifier | ExportedClassifier:
    """A saved classifier, whatever it lies in.

    Args:
        place: A bundle's or run's folder, or an export.
        trust_code: Run the source code of a network that its author wrote and that the bundle holds.

    Raises:
        BundleError: It cannot be loaded.
    """
    return load(place, trust_code=trust_code) if find_export(place) is None else open_export(place)


def classifier_file(place: Path | str) -> Path:
    """The file by which a saved classifier is known: whenever it is another, the classifier is, too.

    Args:
        place: A bundle's or run's folder, or an export.

    Raises:
        BundleError: There is none.
    """
    return find_export(place) or find_bundle(place) / RECORD_FILE
