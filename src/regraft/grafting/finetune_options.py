"""The options of `finetune`, shared with `train`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regraft.core import decides, formerly, judges, placed, suits_some
from regraft.experiments import BundleOptions, ExperimentOptions, MapOptions, NetworkOptions, UncertaintyOptions
from regraft.finetuning import TrainingOptions
from regraft.heads import HeadKind
from regraft.images import PolicyName


class TransferOptions(UncertaintyOptions, MapOptions):
    """What is trained of which network, on which views, and what the classifier says of its limits."""

    head: HeadKind = Field(
        "softmax",
        description="Linear head that is fitted first, and trained on from there.",
        json_schema_extra=placed("head", 10) | decides("start"),
    )
    layer: Literal["penultimate"] = Field(
        "penultimate",
        description="The head of a trained network is on the penultimate layer.",
        json_schema_extra=placed("expert", 15) | decides("features"),
    )
    from_stage: str = Field(
        "auto",
        description="First stage that is trained: a number, a module's name, or 1 for the whole network. What lies "
        "before it runs once, in the fast engine. auto takes as much of the network as fits into --budget.",
        json_schema_extra=placed("training", 40) | decides("inputs") | suits_some(),
    )
    budget: float = Field(
        10.0,
        gt=0,
        description="Minutes that the training may take: decides what auto trains.",
        json_schema_extra=placed("training", 10) | decides("budget"),
    )
    augmentation: PolicyName = Field(
        "crop-flip",
        description="How training images are changed: none, flip, flips (both ways: no top and bottom), crop (no flip: "
        "signs, text), crop-flip (photos), colour, randaugment; inception, vgg, cifarnet as TF-Slim did. A flip that "
        "makes another class does harm.",
        json_schema_extra=placed("training", 20) | decides("inputs"),
    )
    kept_views: int = Field(
        4,
        ge=1,
        le=64,
        description="Augmented views of each image that are kept where a frozen part runs once.",
        json_schema_extra=placed("expert", 40) | decides("inputs") | formerly("views"),
    )
    fresh_views: Literal["auto", "yes", "no"] = Field(
        "auto",
        description="Behind a frozen part: let each epoch see new views, which are computed while the one before "
        "trains. auto does so where that fits into --budget.",
        json_schema_extra=placed("expert", 41) | decides("budget"),
    )
    batch_norm: Literal["auto", "frozen", "train"] = Field(
        "auto",
        description="Statistics of batch norm: frozen on small data; train needs large batches. auto freezes those of "
        "learnt weights and trains those of drawn ones.",
        json_schema_extra=placed("expert", 42) | decides("network") | suits_some(),
    )
    training_seed: int | None = Field(
        None,
        ge=0,
        description="Seeds the order of the images, their views and dropout; by default --seed, which splits the "
        "data, too. Change it alone to see how much of a result is chance.",
        json_schema_extra=placed("expert", 30) | decides("images"),
    )

    def n_passes(self, *, is_own: bool) -> float:  # noqa: ARG002 - of the ladder
        """How many trainings on all training images the budget is for.

        Args:
            is_own: Whether validation images of the user's judge.
        """
        return 1.0


class FinetuneOptions(TransferOptions, BundleOptions, TrainingOptions, ExperimentOptions, NetworkOptions):
    """Settings of `finetune`."""

    VERB: ClassVar[str] = "finetune"

    validation_fraction: float = Field(
        0.15,
        ge=0,
        lt=1,
        description="Part of the training images that judges the epochs; 0 keeps the last epoch. Validation images of "
        "your own judge instead, where the data set has some.",
        json_schema_extra=placed("data", 11) | decides("start") | judges(),
    )
