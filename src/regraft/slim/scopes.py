"""Scopes of variables: which part of a network is trained, and which is left out of a checkpoint."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from regraft.core import BackboneError, OptionError, Value, quoted
from regraft.slim.stages import body_scopes
from regraft.slim.zoo import SLIM_NETWORKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from regraft.slim.models import Model
    from regraft.slim.zoo import SlimNetwork


class ScopeMeaning(Value):
    """What one scope of TF-Slim is here."""

    scope: str
    part: Literal["head", "auxiliary head", "body", "network"] = Field(
        description="the classifier, a second one that only trains (none here), a part of the body, or everything"
    )
    stage: int | None = Field(None, description="of the body: the first stage that --from-stage must name to train it")


class TrainablePart(Value):
    """What a list of trainable scopes is here."""

    has_head: bool = Field(description="whether the classifier is among them; here it is trained always")
    from_stage: int | None = Field(description="the first stage that is trained; None where only the classifier is")
    also_trained: tuple[str, ...] = Field(
        description="parts of the body that nobody named, behind the first one that was: here all of it is trained"
    )


def find_scope(name: str, scope: str) -> ScopeMeaning:
    """What a scope of TF-Slim's means.

    A scope holds what is below it, and whole parts of a path are compared: `block1` does not hold `block10`, as it
    did in TF-Slim.

    Args:
        name: TF-Slim's name of the network.
        scope: Such as `InceptionV3/Logits` or `resnet_v1_50/block4/unit_1`.

    Raises:
        OptionError: TF-Slim has no such network.
        BackboneError: The network has no such scope (near ones are named), or its replacement has another body.
    """
    network = SLIM_NETWORKS[name]
    path = scope.strip().strip("/")
    if path and path == network.scope:
        return ScopeMeaning(scope=scope, part="network", stage=1)
    for place, head in enumerate(network.head_scopes):
        if _holds(head, path):
            return ScopeMeaning(scope=scope, part="auxiliary head" if place else "head")
    body = body_scopes(name)
    stages = [stage for known, stage in body.items() if _holds(known, path) or _holds(path, known)]
    if path and stages:
        return ScopeMeaning(scope=scope, part="body", stage=min(stages))
    raise _unknown(network, scope, path, list(body))


def read_scopes(name: str, scopes: Iterable[str]) -> TrainablePart:
    """What is trained, given TF-Slim's list of trainable scopes.

    Args:
        name: TF-Slim's name of the network.
        scopes: Of `--trainable_scopes`, split at the commas.

    Raises:
        OptionError: TF-Slim has no such network.
        BackboneError: A scope is unknown.
    """
    wanted = [find_scope(name, scope) for scope in scopes]
    stages = [meaning.stage for meaning in wanted if meaning.stage is not None]
    named = [meaning.scope.strip().strip("/") for meaning in wanted if meaning.part in ("body", "network")]
    return TrainablePart(
        has_head=any(meaning.part in ("head", "network") for meaning in wanted),
        from_stage=min(stages, default=None),
        also_trained=tuple(
            known
            for known, stage in body_scopes(name).items()
            if stages
            and stage >= min(stages)
            and not any(_holds(scope, known) or _holds(known, scope) for scope in named)
        ),
    )


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
    return read_scopes(model.network.name, scopes)


def _holds(scope: str, path: str) -> bool:
    return path == scope or path.startswith(f"{scope}/")


def _unknown(network: SlimNetwork, scope: str, path: str, body: list[str]) -> BackboneError:
    if not body and path.startswith(network.scope):
        here = f"replaced by {network.replacement}" if network.replacement else "not here"
        return BackboneError(
            f"{network.name} is {here}: {quoted(scope)} has no counterpart in another network. Its classifier is "
            f"{' and '.join(network.head_scopes)}; for more, say --from-stage with the stage where training begins."
        )
    known = [*network.head_scopes, *body]
    near = difflib.get_close_matches(path, known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"It has: {', '.join(known)}."
    return BackboneError(f"TF-Slim's {network.name} has no scope {quoted(scope)}. {hint}")
