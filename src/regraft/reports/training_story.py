"""What a training left behind for its report: curves, learning rates, the ladder of attempts, the verdict."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from regraft.core import Value
from regraft.evaluation import Verdict

if TYPE_CHECKING:
    from typing import Self

_JPEG_START = b"\xff\xd8\xff"


class TrainingCurve(Value):
    """Loss and accuracy of one training, epoch by epoch.

    Each series has one value for each epoch, None where none was measured; or no value at all.

    Attributes:
        name: What was trained; the name of its rung, where it is one.
        epochs: When it was measured, in epochs (fractions are allowed).
        train_loss: Mean loss of the training images, as the optimiser saw them.
        validation_loss: Mean loss of the held-out images.
        train_accuracy: 0 to 1.
        validation_accuracy: 0 to 1.
        best_epoch: The epoch whose weights were kept.
    """

    name: str
    epochs: tuple[float, ...]
    train_loss: tuple[float | None, ...] = ()
    validation_loss: tuple[float | None, ...] = ()
    train_accuracy: tuple[float | None, ...] = ()
    validation_accuracy: tuple[float | None, ...] = ()
    best_epoch: float | None = None

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        for series in ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy"):
            n_values = len(getattr(self, series))
            if n_values not in {0, len(self.epochs)}:
                raise ValueError(f"{series} has {n_values} values for {len(self.epochs)} epochs")
        return self


class RateGroup(Value):
    """Parameters that share a learning rate: smaller rates further from the head."""

    name: str
    n_parameters: int = Field(ge=0)
    learning_rate: float = Field(ge=0)
    weight_decay: float = Field(ge=0)


class RateSchedule(Value):
    """By what factor every group's learning rate is multiplied, step by step."""

    steps: tuple[int, ...]
    factors: tuple[float, ...]

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if len(self.steps) != len(self.factors):
            raise ValueError(f"there are {len(self.factors)} factors for {len(self.steps)} steps")
        return self


class Rung(Value):
    """One attempt of the ladder from the cheap to the dear.

    Attributes:
        name: What it is called.
        description: What was done, as one line.
        validation: Mean accuracy over the validation folds, 0 to 1; None where it was not measured.
        validation_std: Standard deviation over the folds.
        seconds: What it cost.
        is_winner: Whether it was chosen.
        settings: What sets it apart from the other rungs: name -> value.
    """

    name: str
    description: str
    validation: float | None = None
    validation_std: float | None = None
    seconds: float = Field(ge=0)
    is_winner: bool = False
    settings: dict[str, str | float] = Field(default_factory=dict)


class TrainingStory(Value):
    """All that a report shows of a training.

    Attributes:
        curves: Loss and accuracy of each training.
        rates: The groups of parameters and their learning rates, of the training that was chosen.
        schedule: How these rates changed.
        rungs: What was tried, in this order.
        verdict: Whether the training was worth it.
        plan: What was decided before it began, as sentences.
        notes: What else to know about it, as sentences.
        augmented: A contact sheet of augmented inputs: the bytes of a JPEG as base64.
    """

    curves: tuple[TrainingCurve, ...] = ()
    rates: tuple[RateGroup, ...] = ()
    schedule: RateSchedule | None = None
    rungs: tuple[Rung, ...] = ()
    verdict: Verdict | None = None
    plan: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    augmented: str | None = None

    @field_validator("augmented")
    @classmethod
    def _is_a_picture(cls, augmented: str | None) -> str | None:
        if augmented is None:
            return None
        try:
            content = base64.b64decode(augmented, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(f"the contact sheet is not base64: {error}") from error
        if not content.startswith(_JPEG_START):
            raise ValueError("the contact sheet is no JPEG")
        return augmented
