"""What the names of layers mean, whatever a network is made of."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from regraft.core import BackboneError, quoted

PENULTIMATE = "penultimate"
"""What the network's own classifier would see."""
AUTO = "auto"
"""The penultimate layer, then mean and deviation of the last three feature maps; a search decides if they help."""
_N_AUTO_STAGES = 3
_STATISTICS = ("mean", "std", "max", "all")
SMALLEST_DEVIATION = 1e-6
"""What a channel that is constant over all positions has as its deviation."""
SMALLEST_LENGTH = 1e-12
"""What a block of zeros has as its length, where blocks are scaled to the length of the first."""


@dataclass(frozen=True)
class NetworkParts:
    """The modules of a network by their dotted names.

    Attributes:
        modules: All of them, each before those inside it.
        listed: Those that are feature maps, from the pixels on.
        sequences: Those whose parts run one behind the other, and nothing else.
    """

    modules: tuple[str, ...]
    listed: tuple[str, ...]
    sequences: frozenset[str]

    @property
    def stages(self) -> dict[str, str]:
        """The stages, `stage1` (near the pixels) to `stageN`, with the module that each is.

        Where all that is listed are parts of one sequence, each part is a stage, also those that are left out because
        they do not change the resolution: EfficientNet has seven.
        """
        listed = self.listed
        parents = {name.rpartition(".")[0] for name in listed}
        if len(parents) == 1 and (parent := parents.pop()) in self.sequences:
            listed = tuple(name for name in self.modules if name.rpartition(".")[0] == parent)
        return {f"stage{number}": name for number, name in enumerate(listed, start=1)}


@dataclass(frozen=True)
class Tap:
    """One block of a feature row: a module's output (None: the penultimate layer's), and how it is pooled."""

    module: str | None
    statistic: str

    @property
    def kind(self) -> str:
        """How what a network has before its pooling becomes this block: `TappedBlock.kind`."""
        return PENULTIMATE if self.module is None else self.statistic


def find_taps(parts: NetworkParts, layer: str) -> list[Tap]:
    """What `layer` names, in its order.

    Args:
        parts: The network's.
        layer: `penultimate`, `stage1` ... `stageN`, or any module's dotted name; with `@std` or `@max` behind it the
            deviation or maximum over positions instead of the mean, with `@all` every number of it;
            several of these joined by `+`; or `auto`.

    Raises:
        BackboneError: There is no such layer; the message names the stages.
    """
    if layer == AUTO:
        last = parts.listed[-_N_AUTO_STAGES:]
        layer = "+".join([PENULTIMATE, *last, *(f"{module}@std" for module in last)])
    taps = []
    for part in layer.split("+"):
        name, _, statistic = part.partition("@")
        if statistic not in ("", *_STATISTICS):
            raise BackboneError(
                f"A layer is pooled by @{', @'.join(_STATISTICS)}; {quoted(part)} asks for something else."
            )
        taps.append(Tap(_find_module(parts, name), statistic or "mean"))
    return taps


def idle_module(name: str) -> BackboneError:
    """What to say of a module that a network has, but does not run."""
    return BackboneError(f"The layer {quoted(name)} computes nothing here: the network does not run it.")


def _find_module(parts: NetworkParts, layer: str) -> str | None:
    if layer == PENULTIMATE:
        return None
    stages = parts.stages
    name = stages.get(layer, layer)
    if name not in parts.modules or not name:
        near = difflib.get_close_matches(layer, [*stages, *parts.modules], n=3)
        raise BackboneError(
            f"There is no layer called {quoted(layer)}. Stages: {', '.join(stages) or 'none named'}; or a module's name"
            + (f" such as {' or '.join(near)}." if near else ".")
        )
    return name
