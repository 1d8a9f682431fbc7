"""What is trained, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import as_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from regraft.core import Rows
    from regraft.finetuning.feeds import Feed
    from regraft.finetuning.network import GraftedNetwork
    from regraft.finetuning.parameter_groups import ParameterGroup


@dataclass(frozen=True)
class Epoch:
    """What was measured at the end of an epoch; losses are means, None where nothing was measured.

    Number 0 is the start, before any training; it has validation figures only.
    """

    number: int
    train_loss: float | None
    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float

    def sentence(self, n_epochs: int, best: int | None) -> str:
        """For a log: `epoch 3 of 10: loss 0.312, 91.2 % right; validation loss 0.401, 88.0 % right, the best`."""
        parts = [
            f"{kind}loss {round(loss, 3) + 0.0:.3f}, {as_percent(accuracy)} right"
            for kind, loss, accuracy in (
                ("", self.train_loss, self.train_accuracy),
                ("validation ", self.validation_loss, self.validation_accuracy),
            )
            if loss is not None and accuracy is not None
        ]
        name = f"epoch {self.number} of {n_epochs}" if self.number else "start"
        return f"{name}: {'; '.join(parts)}{' (best so far)' if self.number and self.number == best else ''}"


@dataclass(frozen=True, eq=False)
class Trained:
    """The end of a training.

    Attributes:
        state: The best epoch's state of the network (the last one's where nothing was validated).
        history: One entry for each finished epoch.
        best_epoch: Its number, 0 where no epoch was better than the start; None where nothing was validated.
        scores: (v, k) float32, the validation images' scores at that epoch.
        n_steps: Of the whole training, as it was planned.
        steps_an_epoch: Likewise.
    """

    state: dict[str, torch.Tensor]
    history: tuple[Epoch, ...]
    best_epoch: int | None
    scores: NDArray[np.float32] | None
    n_steps: int
    steps_an_epoch: int

    @property
    def train_loss(self) -> float:
        """Of the last epoch; infinite where there was none."""
        last = self.history[-1].train_loss if self.history else None
        return float("inf") if last is None else last


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be trained, on what.

    Attributes:
        network: Is changed by the training.
        groups: Its parameters with their rates.
        feed: Inputs.
        labels: (n,) int64 of all of the feed's images.
        train: Rows to train on.
        validation: Rows to judge epochs by; may be empty.
        loss: Scores and targets to a scalar.
        name: For messages about a batch: what a row is called.
    """

    network: GraftedNetwork
    groups: Sequence[ParameterGroup]
    feed: Feed
    labels: Rows
    train: Rows
    validation: Rows
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    n_classes: int
    name: Callable[[int], str] = str
