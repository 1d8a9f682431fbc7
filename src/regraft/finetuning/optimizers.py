"""Optimizers by name."""

from __future__ import annotations

import difflib
import inspect
from typing import TYPE_CHECKING, Any

import torch

from regraft.backbones import create_timm_optimizer, timm_optimizer_names
from regraft.core import OptionError, quoted
from regraft.finetuning.ftrl import Ftrl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.finetuning.options import TrainingOptions
    from regraft.finetuning.parameter_groups import ParameterGroup

_OWN: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
    "adadelta": torch.optim.Adadelta,
    "ftrl": Ftrl,
}
_OPTIONS = {
    "lr": "--learning-rate",
    "weight_decay": "--weight-decay",
    "momentum": "--momentum",
    "eps": "--epsilon",
    "betas": "--momentum and beta2",
    "params": "--groups",
}
"""What torch calls what options of their own set."""


def create_optimizer(groups: Sequence[ParameterGroup], options: TrainingOptions) -> torch.optim.Optimizer:
    """The optimizer that the options name, on parameter groups with rates of their own.

    Raises:
        OptionError: Nobody has an optimizer of this name, or it takes no parameter groups with a learning rate.
    """
    settings = [group.settings() for group in groups]
    name = options.optimizer.lower()
    others = {
        other.lower(): kind
        for other, kind in vars(torch.optim).items()
        if inspect.isclass(kind) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer
    }
    create = _OWN.get(name) or others.get(name)
    try:
        if create is not None:
            return create(settings, **_arguments(create, options))
        if name in timm_optimizer_names():
            given = _further(options) | ({} if options.epsilon is None else {"eps": options.epsilon})
            return create_timm_optimizer(name, settings, momentum=options.momentum, **given)
    except (TypeError, ValueError) as error:
        raise OptionError(f"The optimizer {options.optimizer} cannot be used here: {error}") from error
    near = difflib.get_close_matches(name, dict.fromkeys([*_OWN, *others, *timm_optimizer_names()]), n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(_OWN)}."
    raise OptionError(f"There is no optimizer called {quoted(options.optimizer)}, in torch or timm. {hint}")


def _arguments(create: Callable[..., torch.optim.Optimizer], options: TrainingOptions) -> dict[str, Any]:
    """Of what the options say, what the optimizer knows."""
    known = inspect.signature(create).parameters
    given: dict[str, Any] = {"lr": options.learning_rate}
    if "momentum" in known:
        given["momentum"] = options.momentum
    if "nesterov" in known:
        given["nesterov"] = options.momentum > 0
    if "betas" in known:
        given["betas"] = (options.momentum, *known["betas"].default[1:])
    if options.epsilon is not None and "eps" in known:
        given["eps"] = options.epsilon
    further = _further(options)
    if "beta2" in further and "betas" in known:
        given["betas"] = (given["betas"][0], further.pop("beta2"), *given["betas"][2:])
    return given | further


def _further(options: TrainingOptions) -> dict[str, float]:
    """What `optimizer_settings` says.

    Raises:
        OptionError: One of them is not NAME=NUMBER, or has an option of its own.
    """
    further: dict[str, float] = {}
    for text in options.optimizer_settings:
        name, _, number = text.partition("=")
        name = name.strip()
        try:
            further[name] = float(number)
        except ValueError:
            raise OptionError(
                f"--optimizer-settings {quoted(text)} is not NAME=NUMBER, for example alpha=0.9."
            ) from None
        if (option := _OPTIONS.get(name)) is not None:
            raise OptionError(f"--optimizer-settings {quoted(text)}: {name} is set by {option}.")
    return further
