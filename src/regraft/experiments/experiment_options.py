"""The options that experiments share: how a head is chosen, what it is measured on, where the run goes."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from regraft.core import Options, decides, names_code, placed
from regraft.data import SourceOptions
from regraft.experiments.network_options import NetworkOptions

HeadName = Literal["softmax", "svm"]


class RunOptions(Options):
    """Where a run's files go."""

    runs: Path = Field(
        Path("runs"), description="Folder of runs.", json_schema_extra=placed("output", 20) | decides("record")
    )
    name: str | None = Field(
        None,
        description="The run's name; by default made from the data set's.",
        json_schema_extra=placed("output", 10) | decides("record"),
    )


class MetricOptions(Options):
    """What is measured besides the usual."""

    metric: str | None = Field(
        None,
        description="A metric of your own, shown in the report: module:function or FILE.py:function, called with "
        "labels (n,) and probabilities (n, k).",
        json_schema_extra=placed("output", 30) | decides("record") | names_code(4),
    )


class ExperimentOptions(MetricOptions, SourceOptions):
    """How a head is chosen, and what it is measured on."""

    normalisation: Literal["auto", "l2", "standard"] = Field(
        "auto",
        description="Scaling of the features; auto lets cross-validation choose.",
        json_schema_extra=placed("expert", 20) | decides("start"),
    )
    n_strengths: int = Field(
        20,
        ge=2,
        le=200,
        description="Regularisation strengths to try.",
        json_schema_extra=placed("expert", 21) | decides("care"),
    )
    n_folds: int = Field(
        5,
        ge=2,
        le=20,
        description="Folds of the cross-validation that chooses the head's settings.",
        json_schema_extra=placed("expert", 22) | decides("care"),
    )
    class_weight: Literal["none", "balanced"] = Field(
        "none",
        description="balanced gives rare classes the weight of common ones.",
        json_schema_extra=placed("head", 20) | decides("start"),
    )
    test_fraction: float = Field(
        0.25,
        gt=0,
        lt=1,
        description="Part of the images held out for the test, where the data set has no test split.",
        json_schema_extra=placed("data", 10) | decides("images"),
    )
    seed: int = Field(
        0, description="Chooses the split and the folds.", json_schema_extra=placed("data", 60) | decides("images")
    )


class ProbeOptions(RunOptions, ExperimentOptions, NetworkOptions):
    """Settings of `probe`."""

    VERB: ClassVar[str] = "probe"

    head: HeadName = Field(
        "softmax",
        description="Linear head: softmax (multinomial logistic regression) or svm (one against the rest).",
        json_schema_extra=placed("head", 10) | decides("start"),
    )
