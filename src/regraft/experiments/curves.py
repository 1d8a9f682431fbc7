"""A learning curve: features once, heads on parts of the training images, and the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from regraft.auditing import LearningCurve, NotChecked, measure_curve, tell_curve
from regraft.core import DataError, placed, plural
from regraft.data import find_problems
from regraft.experiments.feature_runs import run_on_features
from regraft.experiments.probe_options import FixedFeatureOptions
from regraft.experiments.quick_findings import as_arrays, with_quick_findings
from regraft.experiments.reporting import notices_of, told_of_run
from regraft.experiments.results import RunResult
from regraft.experiments.run_folders import write_record
from regraft.reports import CurveReport, Stage, write_curve

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.auditing import AuditedImages, MeasuredCurve
    from regraft.core import Progress


class CurveOptions(FixedFeatureOptions):
    """Settings of `curve`: those of the probe whose accuracy is in question, and how carefully it is measured."""

    VERB: ClassVar[str] = "curve"

    repeats: int = Field(
        3,
        ge=1,
        le=20,
        description="How often each point is measured, with other parts of the images and other folds.",
        json_schema_extra=placed("expert", 30),
    )


@dataclass(frozen=True, kw_only=True)
class CurveResult(RunResult):
    """What a learning curve gave.

    Attributes:
        folder: The run's folder: `curve.html`, `curve.json`, `run.json`.
        curve: What was measured and forecast.
    """

    curve: LearningCurve

    @property
    def report(self) -> Path:
        """The page, for a browser."""
        return self.folder / "curve.html"

    @property
    def sentence(self) -> str:
        """What more images are worth."""
        return self.curve.sentence


def measure_dataset_curve(source: str, options: CurveOptions, progress: Progress) -> CurveResult:
    """List, extract, measure, forecast and write: `recipes.curve` says what is taken, given and raised."""
    with run_on_features(source, options, progress) as run:
        watch = run.watch
        data = with_quick_findings(run.data, None, watch)
        images = as_arrays(data, [None] * len(data.manifest))
        with watch.stage("measure"):
            measured = _measured(images, options, progress)
        curve = tell_curve(images, measured, n_repeats=options.repeats, seed=options.seed)
        findings = find_problems(data.manifest, data.digests, data.unreadable, images.sides)
        report = CurveReport(
            title=f"{source}: learning curve",
            description=f"{plural(len(images), 'image')}, {options.head} head on features of {data.networks.name}",
            curve=curve,
            n_images=len(images),
            notices=notices_of(findings),
            stages=tuple(Stage(name=name, seconds=seconds) for name, seconds in watch.seconds.items()),
            **told_of_run(options, source),
        )
        write_curve(report, run.folder)
        write_record(run.folder, source=source, options=options, seconds=watch.seconds, data=data)
    return CurveResult(folder=run.final, curve=curve, findings=findings)


def _measured(images: AuditedImages, options: CurveOptions, progress: Progress) -> MeasuredCurve:
    try:
        return measure_curve(
            images,
            kind=options.head,
            normalisation="l2" if options.normalisation == "auto" else options.normalisation,
            n_folds=options.n_folds,
            n_repeats=options.repeats,
            seed=options.seed,
            progress=progress,
        )
    except NotChecked as reason:
        raise DataError(f"A learning curve cannot be measured: {reason}. Add images first.") from reason
