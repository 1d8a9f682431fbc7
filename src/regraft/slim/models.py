"""Model names: TF-Slim's networks, and any other that a backbone is called here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regraft.core import OptionError
from regraft.recipes import list_backbones
from regraft.slim.zoo import SLIM_NETWORKS

if TYPE_CHECKING:
    from regraft.slim.zoo import SlimNetwork

_FAMILIES = ("inception", "vgg", "cifarnet", "lenet")
_KINSHIPS = {
    "ported": "the very same weights, ported",
    "same network": "the same network, other weights",
    "nearest": "the nearest that there is",
}


@dataclass(frozen=True)
class Model:
    """What --model_name means.

    Attributes:
        name: As it was given.
        network: TF-Slim's, if it had one of this name.
        backbone: What is used here.
    """

    name: str
    network: SlimNetwork | None
    backbone: str

    @property
    def sentence(self) -> str | None:
        """What replaces it; None where nothing is replaced."""
        if self.network is None or self.backbone == self.name:
            return None
        note = f" {self.network.note}" if self.network.note else ""
        return f"{self.name} is {self.backbone} here: {_KINSHIPS[self.network.kinship]}.{note}"

    @property
    def is_drawn(self) -> bool:
        """Whether no weights of it were published that could be had."""
        return any(row.name == self.backbone and row.is_untrained for row in list_backbones())

    @property
    def policy(self) -> str | None:
        """How TF-Slim changed its training images; None where the native default is as good a guess."""
        family = None if self.network is None else self.network.preprocessing
        return "none" if family == "lenet" else family


def find_model(name: str) -> Model:
    """Look a model up; a name that TF-Slim does not have is a native backbone's.

    Raises:
        OptionError: There is nothing that replaces it.
    """
    network = SLIM_NETWORKS.get(name)
    if network is None:
        return Model(name, None, name)
    if network.replacement is None:
        raise OptionError(
            f"--model_name={name}: nothing here replaces it. {network.note} See: regraft backbones --slim"
        )
    return Model(name, network, network.replacement)


def preprocessing_family(name: str) -> str:
    """The family of preprocessing that TF-Slim's factory gave a name: a family's own, or a network's.

    Raises:
        OptionError: TF-Slim had no such preprocessing.
    """
    if name in _FAMILIES:
        return name
    network = SLIM_NETWORKS.get(name)
    if network is None or network.preprocessing is None:
        raise OptionError(
            f"--preprocessing_name={name}: TF-Slim had no such preprocessing. There are {', '.join(_FAMILIES)}, "
            "and the names of its networks for theirs (inception_v2, resnet_v1_50, ...)."
        )
    return network.preprocessing
