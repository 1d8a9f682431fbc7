"""What all trainings on the images of one data set have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from regraft.backbones import keep_weights, load_network
from regraft.core import cache_folder
from regraft.grafting.train_options import seed_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from regraft.core import Progress
    from regraft.experiments import DatasetFeatures
    from regraft.finetuning import World
    from regraft.grafting.train_options import TuningOptions


@dataclass(frozen=True, eq=False)
class Setup:
    """What is trained on what, where, and how.

    Attributes:
        data: Images and their penultimate features.
        options: How to train.
        world: The processes and devices.
        rows: (m,) the images that may be trained on or validated with.
        progress: Where to report.
        n_passes: How many trainings on all of `rows` the budget is for.
        cache: The cache folder.
    """

    data: DatasetFeatures
    options: TuningOptions
    world: World
    rows: NDArray[np.int64]
    progress: Progress
    n_passes: float = 1.0
    cache: Path = field(default_factory=cache_folder)

    @property
    def seed(self) -> int:
        """Of order, views and dropout."""
        return seed_of(self.options)

    @cached_property
    def network(self) -> nn.Module:
        """The network without its classifier, before any training; loaded when it is first asked for."""
        weights, _digest = keep_weights(self.data.spec, self.cache / "weights")
        return load_network(self.data.spec, weights, drop_path=self.options.drop_path)

    def say(self, text: str) -> None:
        """To the user, from one of the processes."""
        if self.world.rank == 0:
            self.progress.say(text)
