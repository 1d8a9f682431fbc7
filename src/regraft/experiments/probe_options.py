"""The options of a probe, which every training begins with: how a head is chosen, what it is measured on."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regraft.core import Options, came_later, decides, placed, same_work
from regraft.data import SourceOptions
from regraft.evaluation import MapKind
from regraft.experiments.network_options import FixedNetworkOptions
from regraft.experiments.run_options import BundleOptions, MetricOptions, RunOptions
from regraft.heads import HeadKind
from regraft.scaling import ClusterOptions

Quality = Literal["fast", "good", "best"]
"""How many networks are tried: one, several, or these with several views, too."""


class ExperimentOptions(MetricOptions, SourceOptions):
    """How a head is chosen, and what it is measured on.

    Attributes:
        JUDGED: What the user's own validation images judge, for verbs that do not join them to the training images.
    """

    JUDGED: ClassVar[str] = "the epochs"

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


class UncertaintyOptions(Options):
    """What a classifier says of its own limits."""

    reject_rate: float = Field(
        0.05,
        gt=0,
        le=0.5,
        description="Share of images of the known classes that may be called unknown, wrongly: the line between known "
        "and unknown is drawn there.",
        json_schema_extra=placed("head", 30) | decides("record") | same_work() | came_later(),
    )
    coverage: float = Field(
        0.9,
        ge=0.5,
        lt=1,
        description="How often the set of classes that a prediction names is to hold the true one.",
        json_schema_extra=placed("head", 31) | decides("record") | same_work() | came_later(),
    )


class MapOptions(Options):
    """What is drawn of the test images."""

    map: MapKind = Field(
        "pca",
        description="How the report's map lays the test images out by their features: pca (the two directions in which "
        "they differ most) or tsne (neighbours stay neighbours; distances between groups mean nothing).",
        json_schema_extra=placed("output", 35) | decides("record") | same_work() | came_later(),
    )


class FixedFeatureOptions(RunOptions, ExperimentOptions, FixedNetworkOptions):
    """A linear head on fixed features: what a probe makes, and what an audit or a learning curve asks about."""

    head: HeadKind = Field(
        "softmax",
        description="Linear head: softmax (multinomial logistic regression) or svm (one against the rest).",
        json_schema_extra=placed("head", 10) | decides("start"),
    )


class QualityOptions(Options):
    """How many networks are tried."""

    quality: Quality | Literal["auto"] = Field(
        "auto",
        description="fast takes --backbone; good tries each network on this machine and all together on the folds of "
        "the training images, and takes more where it is worth its time; best tries several --views, too. auto: good, "
        "with the networks that Regraft brings, where there are 100 to 500 images and nothing is said of the network; "
        "else fast.",
        json_schema_extra=placed("network", 5) | decides("features") | came_later(),
    )


class ProbeOptions(ClusterOptions, QualityOptions, UncertaintyOptions, MapOptions, BundleOptions, FixedFeatureOptions):
    """Settings of `probe`."""

    VERB: ClassVar[str] = "probe"
