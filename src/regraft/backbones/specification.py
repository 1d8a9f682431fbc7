"""The record that ties weights to everything that using them needs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from regraft.core import Value

LAYER_RULES_VERSION = 2
"""What the layers' names mean and how they are pooled: part of every feature's key and of every graph's."""


class WeightsSource(Value):
    """Where a backbone's weights come from.

    `package`: a file inside an installed Python package, `module:path/in/package`.
    `hub`: timm's published weights, fetched once when there is a network.
    `file`: a checkpoint on this machine.
    """

    kind: Literal["package", "hub", "file"]
    location: str
    requirement: str | None = Field(None, description="pip requirement that brings the package")


class BackboneSpec(Value):
    """A pretrained network as a fixed feature extractor.

    `architecture` is timm's name. Pixels are RGB; each is scaled to (p / 255 - mean) / std.
    """

    name: str
    architecture: str
    weights: WeightsSource
    digest: str | None = Field(None, description="BLAKE3 of the weights (core.digest_tensors), when known")
    image_size: int = Field(ge=8, le=4096, description="height and width of the input in pixels")
    crop_fraction: float = Field(gt=0, le=1, description="part of the shorter side that the centre crop keeps")
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    n_parameters: int = Field(ge=0, description="without the classifier")
    n_features: int = Field(ge=1, description="length of the penultimate layer's features")
    top1: float | None = Field(None, description="published ImageNet-1k top-1 accuracy in percent")
    licence: str | None = None
    source: str | None = Field(None, description="paper or page of the weights")
