"""The options of `sweep`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from regraft.core import judges, placed
from regraft.grafting.finetune_options import FinetuneOptions

DEFAULT_SPACE = (
    "learning_rate=1e-4..3e-3",
    "dropout=0..0.5",
    "label_smoothing=0..0.2",
    "weight_decay=1e-4..0.1",
)


class SweepOptions(FinetuneOptions):
    """Settings of `sweep`: those of `finetune` for all that is not varied."""

    VERB: ClassVar[str] = "sweep"
    JUDGED: ClassVar[str] = "the trials and their epochs"

    over: tuple[str, ...] = Field(
        DEFAULT_SPACE,
        min_length=1,
        description="Options to vary: name=a,b,c tries these values, name=low..high all between (on a logarithmic "
        "scale where high is 20 times low or more). By default those of the default that you do not set yourself.",
        json_schema_extra=placed("training", 1),
    )
    trials: int = Field(
        20,
        ge=1,
        le=10_000,
        description="Sets of values to try; the first is the one that finetune would use.",
        json_schema_extra=placed("training", 2),
    )
    judging_folds: int = Field(
        3,
        ge=2,
        le=20,
        description="Folds of the training images that judge a trial; bad ones stop after the first. Validation images "
        "of your own judge instead, where the data set has some.",
        json_schema_extra=placed("training", 3) | judges(),
    )
    jobs: int = Field(
        1,
        ge=1,
        le=256,
        description="Processes that share the trials. The same command, started again beside it, joins in, too.",
        json_schema_extra=placed("training", 4),
    )

    def given(self) -> dict[str, Any]:
        """What the user set of the options of `finetune`."""
        return {name: getattr(self, name) for name in self.model_fields_set & FinetuneOptions.model_fields.keys()}

    def trained_with(self, settings: dict[str, Any]) -> FinetuneOptions:
        """The options of one training.

        Raises:
            OptionError: A value is out of bounds.
        """
        return FinetuneOptions.of(None, self.given() | settings)

    def alike(self) -> SweepOptions:
        """The same for all processes that share the trials, however many of either there shall be."""
        return self.model_copy(update={"jobs": 1, "trials": 1})
