"""`regraft explain`: why a saved classifier says of images what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Unpack

from pydantic import Field

from regraft.bundle import Classifier, load
from regraft.core import SilentProgress, as_source, placed
from regraft.data import left_out, unkept
from regraft.experiments import RunFolder, RunOptions, RunResult, TrustOptions, explain_images
from regraft.images import as_images

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.core import Progress
    from regraft.data import Unreadable
    from regraft.evaluation import Explanation
    from regraft.images import GivenImages
    from regraft.recipes.settings import ExplainSettings


class ExplainOptions(RunOptions, TrustOptions):
    """Settings of `explain`."""

    VERB: ClassVar[str] = "explain"

    occlusion: bool = Field(
        default=False,
        description="Also measure how much lower the score is when a cell is covered. Where the maps do "
        "not hold all of the score, that is always done.",
        json_schema_extra=placed("output", 5),
    )


@dataclass(frozen=True, kw_only=True)
class ExplainResult(RunResult):
    """What a classifier's answers rest on.

    Attributes:
        folder: `report.html`, and a PNG and a JSON file for each image.
        explanations: One for each image that could be read, in the order of the files.
        unreadable: One record for each of the others.
        findings: What was noticed of the data: left out, guessed, doubtful.
    """

    explanations: tuple[Explanation, ...]
    unreadable: tuple[Unreadable, ...]


def explain(
    bundle: Path | str | Classifier,
    sources: GivenImages,
    options: ExplainOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[ExplainSettings],
) -> ExplainResult:
    """Show why a classifier says of images what it says: which cells of each speak for the class, and which against.

    Args:
        bundle: A bundle's or run's folder, or a loaded classifier.
        sources: Images, as for `predict`.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`ExplainOptions`).

    Raises:
        OptionError: A source is no image, or paths and images in memory are mixed.
        BundleError: The classifier cannot be loaded.
        DataError: A folder holds no image, or none can be read.
        MissingExtraError: A network has to be converted for it, and torch is not installed.
    """
    options = ExplainOptions.of(options, settings)
    progress = progress or SilentProgress()
    images = as_images(sources)  # before the classifier is loaded: nothing is easier to mend
    if isinstance(bundle, Classifier):
        classifier, place = bundle, None
    else:
        classifier, place = load(bundle, trust_code=options.trust_code), as_source(bundle)
    with RunFolder(options.runs, options.name, f"{classifier.record.name}-explain") as run:
        told = explain_images(classifier, images, run.folder, options, place=place, progress=progress)
    return ExplainResult(
        folder=run.final,
        explanations=told.explanations,
        unreadable=told.unreadable,
        findings=(*left_out(told.unreadable), *told.remarks, *unkept(classifier.cache)),
    )
