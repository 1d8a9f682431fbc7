"""Discriminative learning rates: the further from the head, the smaller (Howard and Ruder 2018, arXiv:1801.06146)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError, explain_own_error, line_of, load_function, own_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from regraft.finetuning.options import TrainingOptions

_HEAD_FACTOR = 3.0


@dataclass(frozen=True, eq=False)
class ParameterGroup:
    """Parameters that learn alike.

    Attributes:
        name: "head" or a stage's.
        parameters: The tensors.
        learning_rate: Peak.
        weight_decay: 0 for biases and norms.
    """

    name: str
    parameters: tuple[nn.Parameter, ...]
    learning_rate: float
    weight_decay: float

    @property
    def n_parameters(self) -> int:
        """Numbers in all tensors."""
        return sum(parameter.numel() for parameter in self.parameters)

    def settings(self) -> dict[str, Any]:
        """What an optimizer takes."""
        return {"params": list(self.parameters), "lr": self.learning_rate, "weight_decay": self.weight_decay}


def discriminative_groups(
    stages: Sequence[tuple[str, Sequence[tuple[str, nn.Parameter]]]], head: nn.Module, options: TrainingOptions
) -> list[ParameterGroup]:
    """The head, the last stage, ... the first stage; each in a part with and a part without weight decay.

    Args:
        stages: Names and named parameters, from the pixels on.
        head: The classifier.
        options: Rates and decay.
    """
    head_rate = options.head_learning_rate or _HEAD_FACTOR * options.learning_rate
    rows = [("head", list(head.named_parameters()), head_rate)]
    for distance, (name, parameters) in enumerate(reversed(stages)):
        rows.append((name, list(parameters), options.learning_rate * options.layer_decay**distance))
    groups = []
    for name, parameters, rate in rows:
        trained = [parameter for _name, parameter in parameters if parameter.requires_grad]
        for decay, members in (
            (options.weight_decay, [parameter for parameter in trained if parameter.dim() > 1]),
            (0.0, [parameter for parameter in trained if parameter.dim() <= 1]),
        ):
            if members:
                groups.append(ParameterGroup(name, tuple(members), rate, decay))
    return groups


def own_groups(name: str, network: nn.Module, options: TrainingOptions) -> list[ParameterGroup]:
    """The groups that the user's function makes; parameters that it leaves out stay as they are.

    Args:
        name: `module:function` or `FILE.py:function`, called with the network.
        network: Body and head.
        options: The weight decay where a group names none.

    Raises:
        OptionError: It cannot be imported, or gives no such groups.
    """
    function = load_function(name)
    try:
        groups = [_own_group(row, options) for row in function(network)]
    except Exception as error:
        raise OptionError(f"The groups of {name} cannot be used: {explain_own_error(error, own_file(name))}") from error
    given = [id(parameter) for group in groups for parameter in group.parameters]
    known = {id(parameter) for parameter in network.parameters()}
    if not given or len(set(given)) < len(given) or not set(given) <= known:
        raise OptionError(f"{line_of(function)}: each parameter must be the network's own and be in one group only.")
    return groups


def _own_group(row: dict[str, Any], options: TrainingOptions) -> ParameterGroup:
    return ParameterGroup(
        str(row["name"]),
        tuple(row["params"]),
        float(row["learning_rate"]),
        float(row.get("weight_decay", options.weight_decay)),
    )


def rates_table(groups: Sequence[ParameterGroup]) -> str:
    """What learns at which peak rate, a line for each stage, the head first; for a terminal."""
    rates = {group.name: group.learning_rate for group in groups}
    sizes = {name: sum(group.n_parameters for group in groups if group.name == name) for name in rates}
    width = max(map(len, ("trained", *rates)))
    rows = [f"{name:<{width}}  {rate:>13.2g}  {sizes[name]:>10,}" for name, rate in rates.items()]
    return "\n".join([f"{'trained':<{width}}  {'learning rate':>13}  {'parameters':>10}", *rows])
