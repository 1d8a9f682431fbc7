"""The record that ties weights to everything that using them needs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regraft.core import Value
from regraft.images import ResizePolicy

LAYER_RULES_VERSION = 3
"""What the layers' names mean and how they are pooled: part of every feature's key and of every graph's."""


class WeightsSource(Value):
    """Where a backbone's weights come from.

    `package`: a file inside an installed Python package, `module:path/in/package`.
    `hub`: timm's published weights, fetched once when there is a network.
    `file`: a checkpoint on this machine.
    `random`: nowhere, they are drawn; the location is the seed.
    """

    kind: Literal["package", "hub", "file", "random"]
    location: str
    requirement: str | None = Field(None, description="pip requirement that brings the package")


class BackboneSpec(Value):
    """A network without its classifier: from pixels to features.

    Pixels are RGB, or the grey of ITU-R BT.601; each is scaled to (p / 255 - mean) / std.
    """

    name: str
    family: Literal["timm", "built-in", "own"] = Field("timm", description="who knows the architecture")
    architecture: str = Field(description="timm's name, a small network's, or FILE.py:function of the user's code")
    code: str | None = Field(None, description="BLAKE3 of the user's source file")
    weights: WeightsSource
    digest: str | None = Field(None, description="BLAKE3 of the weights (core.digest_tensors), when known")
    image_size: int = Field(ge=8, le=4096, description="height and width of the input in pixels")
    colour: Literal["rgb", "grey"] = Field("rgb", description="three planes, or one")
    resize: ResizePolicy = Field("squash", description="how an image becomes square, unless the user says otherwise")
    crop_fraction: float = Field(gt=0, le=1, description="part of the shorter side that the centre crop keeps")
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    standardise: bool = Field(default=False, description="each image is then brought to mean 0 and deviation 1")
    preprocessing: Literal["inception", "vgg", "cifarnet", "lenet"] | None = Field(
        None, description="the family whose preprocessing was asked for, instead of what the weights want"
    )
    n_parameters: int = Field(ge=0, description="without the classifier")
    n_features: int = Field(ge=1, description="length of the penultimate layer's features")
    top1: float | None = Field(None, description="published ImageNet-1k top-1 accuracy in percent")
    licence: str | None = None
    source: str | None = Field(None, description="paper or page of the weights")

    @property
    def is_untrained(self) -> bool:
        """Whether the weights were drawn and not learnt."""
        return self.weights.kind == "random"

    @property
    def n_channels(self) -> int:
        """Planes of the input: 3, or 1 where it is grey."""
        return 3 if self.colour == "rgb" else 1

    @property
    def identity(self) -> str:
        """What, with the weights' digest, says which function of the pixels it is: part of keys."""
        if self.family == "own":
            return f"{self.code}:{self.architecture.rpartition(':')[2]}"
        return self.architecture if self.preprocessing is None else f"{self.architecture} {self.preprocessing}"
