"""Which part of a network is trained, and what that costs."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regraft.backbones import cpu_has_bf16, cut_behind, stage_names
from regraft.core import BackboneError, OptionError, Value, duration, quoted
from regraft.finetuning import seconds_an_image

if TYPE_CHECKING:
    import torch
    from torch import nn

    from regraft.backbones import BackboneSpec
    from regraft.grafting.train_options import TuningOptions


class Boundary(Value):
    """Where a network is cut.

    Attributes:
        cut: The last stage that stays as it is; None where the whole network is trained.
        stage: The first stage that is trained.
        shape: Of an activation at the cut, or of the pixels' planes.
        precision: Of the training's arithmetic.
        seconds: Expected time of the training.
        sentence: The choice, for the user.
    """

    cut: str | None
    stage: str
    shape: tuple[int, ...]
    precision: Literal["fp32", "bf16"]
    seconds: float
    sentence: str


@dataclass(frozen=True, eq=False)
class Choice:
    """Everything that a cut depends on.

    Attributes:
        network: The whole network without its classifier.
        spec: Its record.
        options: `from_stage`, `budget`, `precision`.
        device: Where the training runs.
        n_images: Images that it sees, over all epochs.
    """

    network: nn.Module
    spec: BackboneSpec
    options: TuningOptions
    device: torch.device
    n_images: int

    def made(self) -> Boundary:
        """The cut that the user names, or the one with which as much is trained as the budget allows.

        Raises:
            BackboneError: There is no such stage, or the network cannot be cut there.
        """
        if self.spec.is_untrained:
            if self.options.from_stage not in ("auto", "1"):
                raise OptionError(
                    f"{self.spec.name} has no learnt weights: all of it is trained. Leave --from-stage out."
                )
            return self._measured(None, "all")
        stages = stage_names(self.network)
        return self._longest(list(stages)) if self.options.from_stage == "auto" else self._named(stages)

    def _named(self, stages: dict[str, str]) -> Boundary:
        names, stage = list(stages), find_stage(stages, self.options.from_stage, self.spec)
        return self._measured(names[names.index(stage) - 1] if stage != names[0] else None, stage)

    def _longest(self, names: list[str]) -> Boundary:
        chosen: Boundary | None = None
        for place in range(len(names) - 1, -1, -1):
            try:
                found = self._measured(names[place - 1] if place else None, names[place])
            except BackboneError:  # it cannot be cut here; perhaps elsewhere
                continue
            if chosen is not None and found.seconds > 60 * self.options.budget:
                break
            chosen = found
        return chosen or self._measured(None, "all")

    def _measured(self, cut: str | None, stage: str) -> Boundary:
        shape: tuple[int, ...] = (self.spec.n_channels, self.spec.image_size, self.spec.image_size)
        if cut is None:
            part = copy.deepcopy(self.network)
        else:
            part, shape = cut_behind(self.network, cut, self.spec)
        precision = self._precision(part)
        seconds = seconds_an_image(part, shape, self.device, bf16=precision == "bf16")
        what = "the whole network" if cut is None else f"from {stage} on"
        return Boundary(
            cut=cut,
            stage=stage,
            shape=shape,
            precision=precision,
            seconds=seconds * self.n_images,
            sentence=f"Training {what}: about {1 / seconds:,.0f} images a second, {self.n_images:,} images in all, "
            f"about {duration(seconds * self.n_images)}.",
        )

    def _precision(self, part: nn.Module) -> Literal["fp32", "bf16"]:
        """bf16 where it pays: on CUDA, and on a CPU that has it, unless a convolution is slower with it."""
        if self.options.precision != "auto":
            return self.options.precision
        pays = self.device.type == "cuda" or (
            self.device.type == "cpu" and cpu_has_bf16() and not _is_slow_in_bf16(part)
        )
        return "bf16" if pays else "fp32"


def find_stage(stages: dict[str, str], wanted: str, spec: BackboneSpec) -> str:
    """The stage that the user means.

    Args:
        stages: Module by stage.
        wanted: A stage's number or name, or a module's name.
        spec: The network's record.

    Raises:
        BackboneError: There is none.
    """
    by_module = {module: name for name, module in stages.items()}
    stage = f"stage{wanted}" if wanted.isdigit() else by_module.get(wanted, wanted)
    if stage not in stages:
        raise BackboneError(
            f"There is no stage {quoted(wanted)} to train from. {spec.architecture} has {len(stages)}: "
            + ", ".join(f"{number} ({module})" for number, module in enumerate(stages.values(), start=1))
            + "."
        )
    return stage


def keeps_statistics(options: TuningOptions, spec: BackboneSpec) -> bool:
    """Whether batch norm goes by the statistics that the weights came with."""
    return options.batch_norm == "frozen" or (options.batch_norm == "auto" and not spec.is_untrained)


def _is_slow_in_bf16(part: nn.Module) -> bool:
    """Whether it has depthwise convolutions that torch trains slower in bf16 than in fp32: large or strided ones."""
    from torch import nn

    depthwise = (each for each in part.modules() if isinstance(each, nn.Conv2d) and each.groups == each.in_channels > 1)
    return any(max(each.kernel_size) > 3 or max(each.stride) > 1 for each in depthwise)
