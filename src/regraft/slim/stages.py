"""The bodies of TF-Slim's networks, scope by scope, in the stages of the network that replaces each here."""

from __future__ import annotations

from regraft.slim.zoo import SLIM_NETWORKS

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


def body_scopes(name: str) -> dict[str, int]:
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
