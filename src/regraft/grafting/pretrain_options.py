"""The options of `pretrain`."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from regraft.grafting.finetune_options import FinetuneOptions
from regraft.images import PolicyName


class PretrainOptions(FinetuneOptions):
    """Settings of `pretrain`: those of `finetune`, with defaults for weights that know nothing yet."""

    VERB: ClassVar[str] = "pretrain"

    init: Literal["pretrained", "random"] = Field("random", description="Draw the weights, or begin with learnt ones.")
    epochs: int = Field(60, ge=1, le=100_000, description="Passes over the training images.")
    learning_rate: float = Field(1e-3, gt=0, le=100, description="Peak learning rate of the whole body.")
    head_learning_rate: float | None = Field(
        1e-3, gt=0, le=100, description="Peak learning rate of the head: nothing is learnt yet, so it is the body's."
    )
    layer_decay: float = Field(
        1.0, gt=0, le=1, description="Each stage further from the head learns at this part of the next one's rate."
    )
    schedule: Literal["cosine", "one-cycle", "fixed", "step", "exponential", "polynomial"] = Field(
        "one-cycle", description="How rates change over the steps, as for finetune."
    )
    augmentation: PolicyName = Field(
        "randaugment",
        description="How training images are changed. randaugment (no flips: they would be added by crop-flip) is the "
        "strongest; crop for digits and signs; crop-flip and flips where left and right do not matter.",
    )
    ema: float | None = Field(
        0.99, gt=0, lt=1, description="Average the weights over the steps with this decay, and use those."
    )
