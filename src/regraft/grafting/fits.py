"""What goes into one training and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from regraft.experiments import Sides
    from regraft.finetuning import Feed, ParameterGroup, Trained
    from regraft.grafting.boundary import Boundary
    from regraft.heads import LinearHead

    Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Where the network is cut, the inputs behind the cut, and what was decided about both."""

    boundary: Boundary
    feed: Feed
    sentences: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Fit:
    """A finished training.

    Attributes:
        trained: Its end.
        head: The trained head, uncalibrated.
        sides: What it was trained on, and what judged the epochs.
        network_state: The tensors of the trained part, by the whole network's names.
        rates: The table of learning rates.
        resumed: What a resumed training says of its checkpoint.
        seconds: What its epochs took, also those before an interruption.
        folder: Of its journal, if one was kept.
    """

    trained: Trained
    head: LinearHead
    sides: Sides
    network_state: dict[str, torch.Tensor]
    rates: tuple[ParameterGroup, ...]
    resumed: tuple[str, ...]
    seconds: float
    folder: Path | None
