"""How far a training is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from regraft.core import as_percent


@dataclass
class Marks:
    """What a training knows besides its tensors; all of it is in a checkpoint."""

    step: int = 0
    loss_sum: float = 0.0
    n_right: int = 0
    n_seen: int = 0
    epoch_seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    best_epoch: int | None = None
    best_loss: float = float("inf")

    @property
    def so_far(self) -> str:
        """Loss and accuracy of the epoch, as far as it is."""
        return f"loss {self.loss_sum / self.n_seen:.3f}, {as_percent(self.n_right / self.n_seen)} right"

    def count(self, loss_sum: float, n_right: int, n_seen: int) -> None:
        """One more step."""
        self.step += 1
        self.loss_sum += loss_sum
        self.n_right += n_right
        self.n_seen += n_seen
