"""TF-Slim's networks: what was published of each, and what the weights of its replacement want.

The rows are in zoo.csv. Accuracies are those of TF-Slim's own tables (research/slim/README.md,
nets/mobilenet_v1.md, nets/mobilenet/README.md, nets/nasnet/README.md): percent of ImageNet's validation images, one
crop each. Names and scopes are those of its code.
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Literal

from pydantic import Field

from regraft.backbones import COUNTERPARTS, Counterpart
from regraft.core import Registry, Value

Triple = tuple[float, float, float]


class SlimCheckpoint(Value):
    """Published weights of a network at one input size; accuracies in percent."""

    image_size: int
    top1: float
    top5: float | None
    is_quantised: bool


class WantedInput(Value):
    """The input that a replacement's weights were trained for: timm's record of them."""

    image_size: int
    crop_fraction: float
    interpolation: Literal["bilinear", "bicubic"]
    mean: Triple
    std: Triple


class SlimNetwork(Counterpart):
    """One network of TF-Slim, and what stands for it here."""

    scope: str = Field(description="what its variables' names begin with; empty for NASNet's")
    head_scopes: tuple[str, ...] = Field(description="its classifiers: the last one, and an auxiliary one")
    image_size: int = Field(description="default input size in pixels")
    preprocessing: Literal["inception", "vgg", "cifarnet", "lenet"] | None = Field(
        description="the family that TF-Slim gives it by default; None where the user had to name one"
    )
    n_classes: int = Field(description="of its weights; ImageNet's with a background class are 1001")
    top1: float | None = Field(description="published ImageNet accuracy in percent, at the default size")
    top5: float | None
    checkpoints: tuple[SlimCheckpoint, ...] = Field(description="its other published weights")
    wants: WantedInput | None = Field(description="of the replacement's weights; None where they are drawn")


_HALVES = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_WANTS: dict[str, tuple[int, float, Literal["bilinear", "bicubic"], tuple[Triple, Triple]]] = {
    "inception_v3.tf_in1k": (299, 0.875, "bicubic", _HALVES),
    "inception_v4.tf_in1k": (299, 0.875, "bicubic", _HALVES),
    "inception_resnet_v2.tf_in1k": (299, 0.8975, "bicubic", _HALVES),
    "nasnetalarge.tf_in1k": (331, 0.911, "bicubic", _HALVES),
    "pnasnet5large.tf_in1k": (331, 0.911, "bicubic", _HALVES),
    "resnet50.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "resnet101.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "resnet152.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "resnetv2_50.a1h_in1k": (224, 0.95, "bicubic", _HALVES),
    "resnetv2_101.a1h_in1k": (224, 0.95, "bicubic", _HALVES),
    "vgg11.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "vgg16.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "vgg19.tv_in1k": (224, 0.875, "bilinear", _IMAGENET),
    "mnasnet_100.rmsp_in1k": (224, 0.875, "bicubic", _IMAGENET),
    "mobilenet_edgetpu_v2_m.ra4_e3600_r224_in1k": (224, 0.9, "bicubic", _HALVES),
    "mobilenetv1_100.ra4_e3600_r224_in1k": (224, 0.875, "bicubic", _HALVES),
    "mobilenetv2_050.lamb_in1k": (224, 0.875, "bicubic", _IMAGENET),
    "mobilenetv2_100.ra_in1k": (224, 0.875, "bicubic", _IMAGENET),
    "mobilenetv2_140.ra_in1k": (224, 0.875, "bicubic", _IMAGENET),
    "mobilenetv3_small_050.lamb_in1k": (224, 0.875, "bicubic", _IMAGENET),
    "tf_mobilenetv3_large_075.in1k": (224, 0.875, "bilinear", _HALVES),
    "tf_mobilenetv3_large_100.in1k": (224, 0.875, "bilinear", _HALVES),
    "tf_mobilenetv3_large_minimal_100.in1k": (224, 0.875, "bilinear", _HALVES),
    "tf_mobilenetv3_small_075.in1k": (224, 0.875, "bilinear", _HALVES),
    "tf_mobilenetv3_small_100.in1k": (224, 0.875, "bilinear", _HALVES),
    "tf_mobilenetv3_small_minimal_100.in1k": (224, 0.875, "bilinear", _HALVES),
}


def list_slim_networks() -> tuple[SlimNetwork, ...]:
    """TF-Slim's networks in the order of its tables, each with the backbone here that replaces it."""
    return tuple(SLIM_NETWORKS[name] for name in SLIM_NETWORKS)


def _network(row: dict[str, str]) -> SlimNetwork:
    scope = row["scope"]
    counterpart = COUNTERPARTS[row["name"]]
    return SlimNetwork.model_validate(
        row
        | counterpart.model_dump()
        | {
            "head_scopes": [f"{scope}/{head}" if scope else head for head in row["head_scopes"].split()],
            "checkpoints": [_checkpoint(text) for text in row["checkpoints"].split()],
            "wants": _wanted(counterpart.replacement),
            **{name: row[name] or None for name in ("preprocessing", "top1", "top5")},
        }
    )


def _checkpoint(text: str) -> SlimCheckpoint:
    """`192:70.0/89.2`, with a q behind it where it is quantised, without the second number where none was published."""
    image_size, _, accuracies = text.rstrip("q").partition(":")
    top1, _, top5 = accuracies.partition("/")
    return SlimCheckpoint(
        image_size=int(image_size),
        top1=float(top1),
        top5=float(top5) if top5 else None,
        is_quantised=text.endswith("q"),
    )


def _wanted(replacement: str | None) -> WantedInput | None:
    wants = _WANTS.get(replacement or "")
    if wants is None:
        return None
    image_size, crop, interpolation, (mean, std) = wants
    return WantedInput(image_size=image_size, crop_fraction=crop, interpolation=interpolation, mean=mean, std=std)


def _read() -> dict[str, SlimNetwork]:
    text = files("regraft.slim").joinpath("zoo.csv").read_text(encoding="utf-8")
    return {row["name"]: _network(row) for row in csv.DictReader(text.splitlines())}


SLIM_NETWORKS: Registry[SlimNetwork] = Registry("network of TF-Slim", _read())
"""TF-Slim's networks by `--model_name`, as `COUNTERPARTS` has them."""
