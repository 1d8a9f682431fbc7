"""What the trials of a sweep share: cut and inputs, the network, the heads that trainings begin with."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import SilentProgress, StoreError, digest_bytes, exclusive
from regraft.grafting.preparation import prepare
from regraft.grafting.setup import Setup
from regraft.grafting.starts import start_head
from regraft.grafting.sweeps.space import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.core import Matter, Progress
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.finetuning import World
    from regraft.grafting.finetune_options import FinetuneOptions
    from regraft.grafting.preparation import Prepared
    from regraft.heads import LinearHead
    from regraft.reports import SweptOption


_FIRST_INPUTS = ("from_stage", "augmentation", "kept_views")
"""What the inputs of sweeps under way are known by."""


class QuietProgress(SilentProgress):
    """A training's state and milestones, as those of its trial.

    Attributes:
        progress: Of the sweep.
        name: Of the trial and the fold.
        number: Of the training among all that the sweep may make, from 0.
        n_trainings: All of them.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.name, self.number, self.n_trainings = "", 0, 1

    def tell(self, state: str) -> None:
        """How the trial is doing."""
        self.progress.tell(f"{self.name}: {state}")

    def mark(self, number: int, n_total: int, text: str) -> None:
        """One of the epochs of all trials."""
        self.progress.mark(self.number * n_total + number, self.n_trainings * n_total, f"{self.name}, {text}")


@dataclass(eq=False)
class SharedParts:
    """Parts of trainings that are made once for all trials in which their options are the same.

    Attributes:
        data: The training images.
        space: What is varied.
        folder: Of the sweep under way: it remembers what is decided by measuring time.
        world: The device.
        progress: Where to report.
    """

    data: DatasetFeatures
    space: Sequence[SweptOption]
    folder: Path
    world: World
    progress: Progress
    _inputs: tuple[object, Prepared] | None = None
    _setup: tuple[object, Setup] | None = None
    _heads: dict[object, LinearHead] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.quiet = QuietProgress(self.progress)

    def head(self, number: int, sides: Sides, options: FinetuneOptions) -> LinearHead:
        """The fitted head that a fold's trainings begin with."""
        key = (number, *_values(options, "start"))
        if key not in self._heads:
            self._heads[key], _selection = start_head(self.data, sides.train, options)
        return self._heads[key]

    def setup(self, options: FinetuneOptions) -> Setup:
        """What a trial's trainings have in common; the last network stays in memory."""
        key = _values(options, "network")
        if self._setup is None or self._setup[0] != key:
            self._setup = key, self._new_setup(options, self.quiet)
        return self._setup[1]

    def prepared(self, options: FinetuneOptions) -> Prepared:
        """Cut and inputs: decided once for the sweep, and for its longest training; the last ones stay in memory."""
        key = _values(options, "inputs")
        if self._inputs is None or self._inputs[0] != key:
            self._inputs = None
            longest = options.model_copy(update=_longest(self.space))
            folder = self.folder / inputs_name(options)
            with _turn(folder / "lock"):
                self._inputs = key, prepare(self._new_setup(longest, self.progress), folder)
        return self._inputs[1]

    def _new_setup(self, options: FinetuneOptions, progress: Progress) -> Setup:
        return Setup(self.data, options, self.world, np.arange(len(self.data.digests)), progress)


def inputs_name(options: FinetuneOptions) -> str:
    """The folder of a sweep's inputs, whatever other options there are: one that came later counts where it is set."""
    later = sorted(name for name, matter in VARIABLE.items() if matter == "inputs" and name not in _FIRST_INPUTS)
    usual = type(options)()
    chosen = ((name, value) for name in later if (value := getattr(options, name)) != getattr(usual, name))
    key = (*(getattr(options, name) for name in _FIRST_INPUTS), *chosen)
    return f"inputs-{digest_bytes(repr(key).encode())[:16]}"


def _values(options: FinetuneOptions, matter: Matter) -> tuple[object, ...]:
    """Of the options that can be varied and decide something that trainings may share."""
    return tuple(getattr(options, name) for name, decided in VARIABLE.items() if decided == matter)


def _longest(space: Sequence[SweptOption]) -> dict[str, Any]:
    """The values of the longest training, which has to fit into the budget."""
    lengths = [option for option in space if VARIABLE[option.name] == "length"]
    return {
        option.name: max((choice for choice in option.choices if isinstance(choice, int)), default=option.high)
        for option in lengths
    }


def _turn(path: Path) -> ExitStack:
    """A lock that is waited for as long as it takes, and that Ctrl-C gets through to."""
    held = ExitStack()
    while True:
        try:
            held.enter_context(exclusive(path, timeout_seconds=1))
        except StoreError:
            continue
        return held
