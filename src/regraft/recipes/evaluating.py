"""`regraft evaluate`: a saved classifier, or one that is being trained, measured on labelled images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Unpack

from pydantic import Field

from regraft.core import SilentProgress, as_path, as_source, placed
from regraft.data import SourceOptions
from regraft.experiments import MapOptions, MetricOptions, RunFolder, RunOptions, RunResult, TrustOptions, Yardstick
from regraft.grafting import Place, WhichWeights, measure_all

if TYPE_CHECKING:
    from regraft.core import Progress
    from regraft.evaluation import Assessment, Limits
    from regraft.recipes.settings import EvaluateSettings


class EvaluateOptions(RunOptions, MapOptions, MetricOptions, SourceOptions, TrustOptions):
    """Settings of `evaluate`."""

    VERB: ClassVar[str] = "evaluate"

    split: Literal["all", "train", "val", "test"] = Field(
        "all", description="Which of the data set's splits to use.", json_schema_extra=placed("data", 10)
    )
    unknown: str | None = Field(
        None,
        description="Images of none of the classes, a folder of any structure, a table or a data set's name: how many "
        "of them are called unknown?",
        json_schema_extra=placed("data", 15),
    )
    weights: WhichWeights = Field(
        "auto",
        description="Of a training that is under way: those of its last step, their moving average, or those of its "
        "best epoch. auto takes the average where there is one.",
        json_schema_extra=placed("expert", 20),
    )
    watch: bool = Field(
        default=False,
        description="Measure every new checkpoint of a training until it is finished, then its result.",
        json_schema_extra=placed("output", 40),
    )
    wait: float = Field(
        60.0,
        gt=0,
        description="Minutes without a new checkpoint after which watching ends.",
        json_schema_extra=placed("output", 41),
    )


@dataclass(frozen=True, kw_only=True)
class EvaluateResult(RunResult):
    """What an evaluation gave.

    Attributes:
        folder: The run's folder: `report.html`, `report.json`, `predictions.parquet`, `run.json`.
        assessment: The measured quality.
        n_unreadable: Files that were left out; the report lists them.
        findings: What was noticed of the data: left out, guessed, doubtful.
        limits: What the classifier says of its own limits; None where it says nothing.
    """

    assessment: Assessment
    n_unreadable: int
    limits: Limits | None = None


def evaluate(
    bundle: str | Path,
    source: str | Path,
    options: EvaluateOptions | None = None,
    *,
    progress: Progress | None = None,
    **settings: Unpack[EvaluateSettings],
) -> EvaluateResult:
    """Measure a classifier on labelled images; a warning counts those that it was trained on.

    Args:
        bundle: A bundle's or run's folder; or a training that is under way, by its folder or that of the run to be.
        source: A folder, a table, or the name of a data set; its classes must be among the classifier's.
        options: Ready options.
        progress: Where to report.
        **settings: Single options by name (`EvaluateOptions`).

    Raises:
        BundleError: The classifier cannot be loaded.
        DataError: There are no labelled images, or they have classes that the classifier does not know.
    """
    bundle, source = as_path(bundle, "A bundle or run"), as_source(source)
    options = EvaluateOptions.of(options, settings)
    progress = progress or SilentProgress()
    yardstick = Yardstick.of(source, options, options.split, progress)
    if options.unknown is not None:
        yardstick = replace(yardstick, unknown=as_source(options.unknown), reading=options.reading())
    place = Place(bundle, options.trust_code, options.weights, progress)
    with RunFolder(options.runs, options.name, f"{Path(source).stem}-evaluate") as run:
        measured = measure_all(place, yardstick, run.folder, options, options.wait if options.watch else None)
    return EvaluateResult(
        folder=run.final,
        assessment=measured.assessment,
        n_unreadable=measured.n_unreadable,
        findings=measured.findings,
        limits=measured.limits,
    )
