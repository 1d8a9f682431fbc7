"""The report of a run: one value that holds all of it."""

from __future__ import annotations

from pydantic import Field

from regraft.auditing import SeriesGap
from regraft.core import Value
from regraft.evaluation import Assessment, CalibrationNoise, FeatureMap, Limits, SliceTable
from regraft.reports.page_record import PageRecord
from regraft.reports.training_story import TrainingStory


class LeftOutFile(Value):
    """A file that could not be used: a reason code, and the detail in words."""

    path: str
    reason: str
    detail: str


class Stage(Value):
    """How long one stage of the run took, and how many images went through it, where that has a meaning."""

    name: str
    seconds: float = Field(ge=0)
    n_images: int | None = None

    @property
    def images_per_second(self) -> float | None:
        """Throughput, None where no images are counted or no time was taken."""
        return self.n_images / self.seconds if self.n_images and self.seconds > 0 else None


class StrengthCurve(Value):
    """Cross-validated scores along the regularisation strengths of one normalisation."""

    normalisation: str
    strengths: tuple[float, ...]
    means: tuple[float, ...]
    stds: tuple[float, ...]


class RegularisationPath(Value):
    """What the choice of the head's regularisation rests on."""

    curves: tuple[StrengthCurve, ...]
    chosen_normalisation: str
    chosen_strength: float
    strength_name: str = "C"
    score_name: str = "accuracy"
    n_folds: int | None = None


class Table(Value):
    """A small table of the data section; numbers are right-aligned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]


class Report(PageRecord):
    """All that one run found out. `report.json` is this value; `report.html` shows it.

    Attributes:
        description: What was done, as one line.
        assessment: The measured quality.
        slices: The parts of the images that were recognised worst, at most fifty; None where it was not measured.
        gap: What a random split hides, where that changes the headline.
        calibration: What was done to make its confidence justified, and why; empty where that is not known.
        calibration_noise: How large the calibration error of so few images is by chance; None of very many.
        limits: What the classifier says of its own limits; None where it says nothing.
        feature_map: Where the test images lie among each other; None where it was not looked at.
        regularisation: How the head's regularisation was chosen.
        training: How the network was trained, and whether that was worth it; None for fixed features.
        data_facts: Name -> value: images, classes, where the data lie, how they were split.
        choice_table: The networks that were tried, where there was a choice.
        data_tables: Tables about the data.
        left_out: Files that could not be used.
        stages: Times.
    """

    description: str = ""
    assessment: Assessment
    slices: SliceTable | None = None
    gap: SeriesGap | None = None
    calibration: str = ""
    calibration_noise: CalibrationNoise | None = None
    limits: Limits | None = None
    feature_map: FeatureMap | None = None
    regularisation: RegularisationPath | None = None
    training: TrainingStory | None = None
    data_facts: dict[str, str | int | float | None] = Field(default_factory=dict)
    choice_table: Table | None = None
    data_tables: tuple[Table, ...] = ()
    left_out: tuple[LeftOutFile, ...] = ()
    stages: tuple[Stage, ...] = ()
