"""The options of `train`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regraft.core import judges, placed
from regraft.experiments import BundleOptions, ExperimentOptions, NetworkOptions, Quality, QualityOptions
from regraft.finetuning import SharedOptions
from regraft.grafting.finetune_options import FinetuneOptions, TransferOptions
from regraft.scaling import ClusterOptions


class TrainOptions(
    ClusterOptions, QualityOptions, TransferOptions, BundleOptions, SharedOptions, ExperimentOptions, NetworkOptions
):
    """Settings of `train`."""

    VERB: ClassVar[str] = "train"
    JUDGED: ClassVar[str] = "the ladder"

    quality: Quality | Literal["auto"] = Field(
        "fast",
        description="Networks of the probe: fast takes --backbone; good tries each network on this machine and all "
        "together on the folds of the training images, and takes more where it is worth its time; best tries several "
        "views, too; auto is good for 100 to 500 images, else fast. Of several networks the best one by itself is "
        "trained.",
    )
    rates: tuple[float, ...] = Field(
        (1e-4, 3e-4, 1e-3),
        min_length=1,
        max_length=20,
        description="Learning rates to try on the first fold; the others are trained with the best of them.",
        json_schema_extra=placed("training", 30),
    )
    ladder_folds: int = Field(
        3,
        ge=2,
        le=20,
        description="Folds of the training images that judge whether fine-tuning is better than the probe. Validation "
        "images of your own judge instead, where the data set has some.",
        json_schema_extra=placed("training", 45) | judges(),
    )
    budget: float = Field(
        30.0,
        gt=0,
        description="Minutes that all trainings together may take: decides how much is trained.",
        json_schema_extra=placed("training", 10),
    )

    def at(self, rate: float) -> FinetuneOptions:
        """One training with a learning rate; its epochs are not judged."""
        shared = {name: getattr(self, name) for name in FinetuneOptions.model_fields if hasattr(self, name)}
        return FinetuneOptions(**shared, learning_rate=rate, validation_fraction=0)

    def n_passes(self, *, is_own: bool) -> float:
        """How many trainings on all training images a ladder takes."""
        if is_own:
            return len(self.rates)
        return 1 + (len(self.rates) + self.ladder_folds - 1) * (1 - 1 / self.ladder_folds)


TuningOptions = FinetuneOptions | TrainOptions
"""Of the verbs that train networks."""


def seed_of(options: TuningOptions) -> int:
    """Of everything random in a training."""
    return options.seed if options.training_seed is None else options.training_seed
