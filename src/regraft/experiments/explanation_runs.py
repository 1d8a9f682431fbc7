"""A run that explains images: each is explained, written down and let go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, as_source, plural
from regraft.data import StoredImage, Unreadable, UnreadableImageError, list_images
from regraft.experiments.explanation_files import N_ON_PAGE, ExplanationFiles
from regraft.experiments.explanations import Explainer
from regraft.experiments.neighbours import read_training
from regraft.experiments.reporting import notices_of, told_of_run
from regraft.images import to_pixels
from regraft.reports import ExplanationReport, write_explanations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.bundle import Classifier
    from regraft.core import Options, Progress
    from regraft.data import Finding, ImageFile
    from regraft.evaluation import Explanation
    from regraft.images import ImageSource, PixelImage


@dataclass(frozen=True, eq=False)
class ImagesExplained:
    """Explanations of the images that could be read, why the others could not, and what else was noticed."""

    explanations: tuple[Explanation, ...]
    unreadable: tuple[Unreadable, ...]
    remarks: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class _Listed:
    """Images with what they are called."""

    images: tuple[tuple[str, ImageFile | PixelImage], ...]
    unreadable: tuple[Unreadable, ...] = ()
    remarks: tuple[Finding, ...] = ()


def explain_images(
    classifier: Classifier,
    images: Sequence[Path | PixelImage],
    folder: Path,
    options: Options,
    *,
    place: str | Path | None,
    progress: Progress,
) -> ImagesExplained:
    """Explain images, and write `report.html` and for each image a PNG and a JSON file.

    Args:
        classifier: What is explained.
        images: Files, folders and shards; or images in memory.
        folder: Where to; it exists.
        options: Of the verb; they say whether cells are covered (`occlusion`).
        place: The classifier's, as the user named it; None for one in memory.
        progress: Where to report.

    Raises:
        OptionError: Paths and images in memory are mixed.
        DataError: A folder holds no image, or none can be read.
        MissingExtraError: A network has to be converted for it, and torch is not installed.
    """
    listed = _list(images)
    files = ExplanationFiles(folder)
    training, remarks = read_training(place, classifier)
    remarks = (*listed.remarks, *remarks)
    explainer = Explainer(classifier, training, occlusion=getattr(options, "occlusion", False))
    explanations: list[Explanation] = []
    unreadable = list(listed.unreadable)
    progress.start("Explaining images", len(listed.images))
    for name, image in listed.images:
        try:
            explained = explainer.explain(_openable(image), name)
        except UnreadableImageError as error:
            unreadable.append(Unreadable(path=name, reason=error.reason, detail=error.detail))
        else:
            files.add(explained)
            explanations.append(explained.explanation)
        progress.advance()
    if not explanations:
        first = unreadable[0]
        n_all = plural(len(unreadable), "image")
        raise DataError(f"None of {n_all} could be read (first: {first.path}: {first.reason}, {first.detail}).")
    names = [as_source(image) for image in images if isinstance(image, Path)]
    report = ExplanationReport(
        title=f"{classifier.record.name}: explain",
        description=f"What the answers of {classifier.networks.name} with a linear head rest on.",
        n_images=len(explanations),
        notices=notices_of(remarks),
        **told_of_run(options, str(place or classifier.record.name), *names),
    )
    write_explanations(report, explanations[:N_ON_PAGE], files.pictures, folder)
    return ImagesExplained(tuple(explanations), tuple(unreadable), remarks)


def _list(images: Sequence[Path | PixelImage]) -> _Listed:
    paths = [image for image in images if isinstance(image, Path)]
    if not paths:
        return _Listed(tuple((f"image {number}", image) for number, image in enumerate(images)))
    if len(paths) < len(images):
        raise OptionError(
            f"There are {plural(len(paths), 'path')} and {plural(len(images) - len(paths), 'image')} in memory. Give "
            "either, not both at once."
        )
    manifest = list_images(paths)
    files = zip(manifest.paths, manifest.files(), strict=True)
    return _Listed(tuple(files), manifest.unreadable, manifest.remarks)


def _openable(image: ImageFile | PixelImage) -> ImageSource:
    return image if isinstance(image, Path | StoredImage) else to_pixels(image)
