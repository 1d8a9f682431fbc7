"""The trainings that the pictures show: LeNet from nothing, EfficientNet-Lite0 trained on, and its features."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from material import Material

import regraft
from regraft.recipes import FinetuneOptions, PretrainOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from regraft.recipes import FinetuneResult, ProbeResult
    from regraft.recipes.settings import FinetuneSettings, PretrainSettings

SEEDS = (0, 1, 2)


class Trainings:
    """Trains with a few options of its own, and those that are given.

    Args:
        scratch: A folder for images and runs.
        is_quick: The options of all trainings are checked, and one of a step is run for those with which none was
            run before, whatever their values; LeNet stands for EfficientNet-Lite0 where that is trained on, and is
            not converted, which would take longer than the rest.
    """

    def __init__(self, scratch: Path, *, is_quick: bool = False) -> None:
        self.material = Material(scratch, most=2 if is_quick else None)
        self.runs = scratch / "runs"
        self.is_quick = is_quick
        self._known: dict[tuple[str, str], Any] = {}

    def from_nothing(self, data: Path, **settings: Any) -> FinetuneResult:
        """LeNet with drawn weights, and nothing that hides a knob's effect: no augmentation, no averaged weights."""
        plain: PretrainSettings = {"backbone": "lenet", "augmentation": "none", "ema": None, "dropout": 0.0}
        how: dict[str, Any] = {**plain, "label_smoothing": 0.0, "runs": self.runs, **settings}
        few: PretrainSettings = {"steps": 1, "engine": "torch"} if self.is_quick else {}
        PretrainOptions.of(None, how)
        found: FinetuneResult = self._once("pretrain", how, lambda: regraft.pretrain(data, **{**how, **few}))
        return found

    def further(self, data: Path, **settings: Any) -> FinetuneResult:
        """EfficientNet-Lite0 trained on, on cells that have no top and no left."""
        cells: FinetuneSettings = {"augmentation": "flips", "epochs": 6, "learning_rate": 6e-4, "fresh_views": "no"}
        how: dict[str, Any] = {**cells, "validation_fraction": 0, "runs": self.runs, **settings}
        few: FinetuneSettings = {}
        if self.is_quick:
            few = {"backbone": self.learnt_on_uci, "from_stage": "1", "steps": 1, "engine": "torch"}
        FinetuneOptions.of(None, how)
        found: FinetuneResult = self._once("finetune", how, lambda: regraft.finetune(data, **{**how, **few}))
        return found

    def probe(self, data: Path) -> ProbeResult:
        """EfficientNet-Lite0's last features under a linear head."""
        how: dict[str, Any] = {"layer": "penultimate", "runs": self.runs}
        few = {"n_strengths": 2} if self.is_quick else {}
        found: ProbeResult = self._once("probe", how, lambda: regraft.probe(data, **(how | few)))
        return found

    def over_seeds(self, n_train: int, **settings: Any) -> list[float]:
        """Accuracies of LeNet on 1,000 digits, for other training images, drawn weights and orders."""
        how: dict[str, Any] = settings | {"validation_fraction": 0}
        runs = (self.from_nothing(self.material.digits(n_train, seed=s), training_seed=s, **how) for s in SEEDS)
        return [run.assessment.accuracy.value for run in runs]

    def probes_over_seeds(self, n_train: int, seeds: Sequence[int]) -> list[float]:
        """Accuracies of a probe on 1,000 digits, for other training images."""
        runs = (self.probe(self.material.digits(n_train, seed=seed)) for seed in seeds)
        return [run.assessment.accuracy.value for run in runs]

    @cached_property
    def learnt_on_uci(self) -> str:
        """The folder of a LeNet that has learnt UCI's digits."""
        data = self.material.sources()[1]
        return str(self.from_nothing(data, augmentation="crop", epochs=15, name="learnt").folder)

    def _once(self, verb: str, options: Iterable[str], train: Callable[[], Any]) -> Any:
        """A new training, or quickly an earlier one where each of its options was tried before."""
        named = [(verb, option) for option in options]
        if not self.is_quick or not set(named) <= set(self._known):
            self._known |= dict.fromkeys(named, train())
        return self._known[named[-1]]
