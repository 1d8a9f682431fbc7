"""Scopes of variables: which part of a network is trained, and which is left out of a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import OptionError
from regraft.recipes import read_slim_scopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regraft.recipes import TrainablePart
    from regraft.slim.models import Model


def first_trained_stage(model: Model, scopes: Sequence[str]) -> tuple[str | None, list[str]]:
    """The stage where training begins, and what has to be said about it.

    Args:
        model: The network.
        scopes: Of --trainable_scopes; none for all of it.

    Returns:
        A value of --from-stage, None where only the classifier is trained.

    Raises:
        OptionError: The network is none of TF-Slim's, which has no scopes.
        BackboneError: A scope is unknown.
    """
    if not scopes:
        return "1", []
    part = _read(model, scopes)
    if part.from_stage is None:
        return None, []
    said = []
    if part.also_trained:
        said.append(
            f"Training begins at one stage and goes on to the head: {', '.join(part.also_trained)} are trained, too."
        )
    if not part.has_head:
        said.append("The classifier is trained, too.")
    return str(part.from_stage), said


def check_excluded(model: Model, scopes: Sequence[str]) -> None:
    """Only the classifier can be left out of weights.

    Raises:
        OptionError: A part of the body is named.
        BackboneError: A scope is unknown.
    """
    if scopes and _read(model, scopes).from_stage is not None:
        raise OptionError(
            f"--checkpoint_exclude_scopes={','.join(scopes)} names parts of the body, which would begin at random. "
            "Here a body comes whole; to train a part of it further use --trainable_scopes."
        )


def _read(model: Model, scopes: Sequence[str]) -> TrainablePart:
    if model.network is None:
        raise OptionError(
            f"{model.name} is none of TF-Slim's networks and has no scopes. Natively: regraft finetune --from-stage"
        )
    return read_slim_scopes(model.network.name, scopes)
