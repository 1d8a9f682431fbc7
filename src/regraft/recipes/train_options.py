"""The options of `train`."""

from __future__ import annotations

from pydantic import Field

from regraft.recipes.finetune_options import FinetuneOptions


class TrainOptions(FinetuneOptions):
    """Settings of `train`."""

    rates: tuple[float, ...] = Field(
        (1e-4, 3e-4, 1e-3),
        min_length=1,
        max_length=20,
        description="Learning rates to try on the first fold; the others are trained with the best of them.",
    )
    ladder_folds: int = Field(
        3,
        ge=2,
        le=20,
        description="Folds of the training images that judge whether fine-tuning is better than the probe.",
    )
    budget: float = Field(
        30.0, gt=0, description="Minutes that all trainings together may take: decides how much is trained."
    )
