"""TF-Slim's variable scopes, and what they are in the network that replaces it here."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from regraft.backbones.slim_networks import SLIM_NETWORKS
from regraft.core import BackboneError, Value, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regraft.backbones.slim_networks import SlimNetwork

_MOBILENET_LARGE = (
    "Conv expanded_conv|expanded_conv_1 expanded_conv_2|expanded_conv_3 expanded_conv_4 expanded_conv_5|"
    "expanded_conv_6 expanded_conv_7 expanded_conv_8 expanded_conv_9|expanded_conv_10 expanded_conv_11|"
    "expanded_conv_12 expanded_conv_13 expanded_conv_14|Conv_1 Conv_2"
)
_MOBILENET_SMALL = (
    "Conv|expanded_conv|expanded_conv_1 expanded_conv_2|expanded_conv_3 expanded_conv_4 expanded_conv_5 "
    "expanded_conv_6 expanded_conv_7|expanded_conv_8 expanded_conv_9 expanded_conv_10 Conv_1 Conv_2"
)
_MOBILENET_V2 = (
    "Conv expanded_conv|expanded_conv_1 expanded_conv_2|expanded_conv_3 expanded_conv_4 expanded_conv_5|"
    "expanded_conv_6 expanded_conv_7 expanded_conv_8 expanded_conv_9|expanded_conv_10 expanded_conv_11 "
    "expanded_conv_12|expanded_conv_13 expanded_conv_14 expanded_conv_15|expanded_conv_16 Conv_1"
)
_RESNET = "conv1|block1|block2|block3|block4"
_NASNET = "conv0 conv0_bn cell_stem_0 cell_stem_1 "


def _pointwise(first: int, last: int) -> str:
    return " ".join(
        f"Conv2d_{number}_{half}" for number in range(first, last + 1) for half in ("depthwise", "pointwise")
    )


def _numbered(stem: str, n: int) -> str:
    return " ".join(f"{stem}_{number}" for number in range(n))


def _vgg(*counts: int) -> str:
    """One stage a module, as timm lists them: convolution, rectifier, ..., pooling."""
    stages = []
    for block, count in enumerate(counts, start=1):
        for number in range(1, count + 1):
            stages += [f"conv{block}/conv{block}_{number}", ""]
        stages.append("")
    return "|".join(stages) + "fc6 fc7"


_STAGES: dict[str, str] = {
    "inception_v3": "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3|Conv2d_3b_1x1 Conv2d_4a_3x3|Mixed_5b Mixed_5c Mixed_5d|"
    "Mixed_6a Mixed_6b Mixed_6c Mixed_6d Mixed_6e|Mixed_7a Mixed_7b Mixed_7c",
    "inception_v4": "Conv2d_1a_3x3|Conv2d_2a_3x3|Conv2d_2b_3x3|Mixed_3a|Mixed_4a|Mixed_5a|Mixed_5b|Mixed_5c|Mixed_5d|"
    "Mixed_5e|Mixed_6a|Mixed_6b|Mixed_6c|Mixed_6d|Mixed_6e|Mixed_6f|Mixed_6g|Mixed_6h|Mixed_7a|Mixed_7b|Mixed_7c|"
    "Mixed_7d",
    "inception_resnet_v2": "Conv2d_1a_3x3 Conv2d_2a_3x3 Conv2d_2b_3x3|Conv2d_3b_1x1 Conv2d_4a_3x3|Mixed_5b Repeat|"
    "Mixed_6a Repeat_1|Mixed_7a Repeat_2 Block8 Conv2d_7b_1x1",
    **{f"resnet_v1_{depth}": _RESNET for depth in (50, 101, 152)},
    **{f"resnet_v2_{depth}": f"{_RESNET} postnorm" for depth in (50, 101)},
    "vgg_a": _vgg(1, 1, 2, 2, 2),
    "vgg_16": _vgg(2, 2, 3, 3, 3),
    "vgg_19": _vgg(2, 2, 4, 4, 4),
    "cifarnet": "conv1|conv2|fc3|fc4",
    "lenet": "conv1|conv2|fc3",
    "mobilenet_v1": f"Conv2d_0 {_pointwise(1, 1)}|{_pointwise(2, 3)}|{_pointwise(4, 5)}|{_pointwise(6, 11)}|"
    f"{_pointwise(12, 13)}",
    **dict.fromkeys(("mobilenet_v2_140", "mobilenet_v2", "mobilenet_v2_050"), _MOBILENET_V2),
    **{f"mobilenet_v3_large{kind}": _MOBILENET_LARGE for kind in ("", "_075", "_minimalistic")},
    **{f"mobilenet_v3_small{kind}": _MOBILENET_SMALL for kind in ("", "_075", "_minimalistic")},
    # A cell takes what the two cells before it give: there is no place to cut, and one stage is all of it.
    "nasnet_large": _NASNET + "reduction_cell_0 reduction_cell_1 " + _numbered("cell", 18),
    "pnasnet_large": _NASNET + _numbered("cell", 12),
}
"""The body's scopes from the pixels on, where the replacement is the same network: a bar begins the next stage."""


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


def find_slim_scope(name: str, scope: str) -> ScopeMeaning:
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
    body = slim_body_scopes(name)
    stages = [stage for known, stage in body.items() if _holds(known, path) or _holds(path, known)]
    if path and stages:
        return ScopeMeaning(scope=scope, part="body", stage=min(stages))
    raise _unknown(network, scope, path, list(body))


def read_slim_scopes(name: str, scopes: Iterable[str]) -> TrainablePart:
    """What is trained, given TF-Slim's list of trainable scopes.

    Args:
        name: TF-Slim's name of the network.
        scopes: Of `--trainable_scopes`, split at the commas.

    Raises:
        OptionError: TF-Slim has no such network.
        BackboneError: A scope is unknown.
    """
    wanted = [find_slim_scope(name, scope) for scope in scopes]
    stages = [meaning.stage for meaning in wanted if meaning.stage is not None]
    named = [meaning.scope.strip().strip("/") for meaning in wanted if meaning.part in ("body", "network")]
    return TrainablePart(
        has_head=any(meaning.part in ("head", "network") for meaning in wanted),
        from_stage=min(stages, default=None),
        also_trained=tuple(
            known
            for known, stage in slim_body_scopes(name).items()
            if stages
            and stage >= min(stages)
            and not any(_holds(scope, known) or _holds(known, scope) for scope in named)
        ),
    )


def slim_body_scopes(name: str) -> dict[str, int]:
    """The scopes of a network's body from the pixels on, each with the stage of the replacement that trains it.

    Empty where the replacement is another network.

    Args:
        name: TF-Slim's name of the network.

    Raises:
        OptionError: TF-Slim has no such network.
    """
    root = SLIM_NETWORKS[name].scope
    return {
        f"{root}/{scope}" if root else scope: number
        for number, stage in enumerate(_STAGES.get(name, "").split("|"), start=1)
        for scope in stage.split()
    }


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
