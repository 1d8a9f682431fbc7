"""The options that say which features: of which network, which layer, from which pixels, by which engine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from regraft.backbones import (
    DEFAULT_BACKBONE,
    Device,
    EngineName,
    Precision,
    PreprocessingName,
)
from regraft.core import Options, decides, names_code, needs_extra, placed, tells_extra
from regraft.images import ResizePolicy

OTHER_NETWORK = "any but an EfficientNet-Lite"
"""The networks that torch makes; `backbones` asks for it where one is named."""


class TrustOptions(Options):
    """Whether code that comes with a classifier may run."""

    trust_code: bool = Field(
        default=False,
        description="Run the source code of a network that its author wrote and that came with the run or bundle.",
        json_schema_extra=placed("expert", 10) | decides("features"),
    )


class BackboneOptions(TrustOptions):
    """Which network."""

    backbone: str = Field(
        DEFAULT_BACKBONE,
        description="Pretrained network: a name from `regraft backbones` or timm, or the folder of a run or bundle "
        "whose (fine-tuned) network is meant. Several with + between them are joined under one head.",
        json_schema_extra=placed("network", 10) | decides("features") | tells_extra("torch", OTHER_NETWORK),
    )
    model: str | None = Field(
        None,
        description="Your own network instead: FILE.py:function or package.module:function, which is run "
        "(regraft new model FILE.py writes one to begin with).",
        json_schema_extra=placed("network", 20) | decides("features") | names_code(1) | needs_extra("torch"),
    )
    checkpoint: Path | None = Field(
        None,
        description="Local weights for the network (.safetensors, or .pth that holds tensors only).",
        json_schema_extra=placed("network", 30) | decides("features") | needs_extra("torch"),
    )
    init: Literal["pretrained", "random"] = Field(
        "pretrained",
        description="Begin with learnt weights, or draw them. Your own and the small networks have none until trained.",
        json_schema_extra=placed("network", 40) | decides("features") | needs_extra("torch", "random"),
    )


class FeatureOptions(Options):
    """What of a network, from which pixels, and what runs it."""

    layer: str = Field(
        "auto",
        description="Layer to use: penultimate, stage1 ... stageN, a module's name, several joined by +. "
        "auto takes the penultimate layer and adds the last stages where cross-validation finds that they help.",
        json_schema_extra=placed("network", 50) | decides("features"),
    )
    image_size: int | None = Field(
        None,
        ge=8,
        le=4096,
        description="Input size in pixels instead of the network's own.",
        json_schema_extra=placed("network", 60) | decides("features"),
    )
    resize: Literal["auto"] | ResizePolicy = Field(
        "auto",
        description="How an image becomes square: squash all of it, crop the centre, letterbox, cut-squash (cut all "
        "sides, then squash) or pad (scale nothing: cut, or lay black about it). auto does what the network's author "
        "says: squash, unless your own network or --preprocessing declares something else.",
        json_schema_extra=placed("network", 70) | decides("features"),
    )
    preprocessing: Literal["auto"] | PreprocessingName = Field(
        "auto",
        description="TF-Slim's inception, vgg, cifarnet or lenet: geometry, range of values and, unless --augmentation "
        "says another, the changes in training. auto does what the weights want.",
        json_schema_extra=placed("network", 80) | decides("features"),
    )
    engine: EngineName = Field(
        "auto",
        description="What runs the network; auto takes the fastest.",
        json_schema_extra=placed("expert", 11) | decides("computing") | needs_extra("torch", "torch"),
    )
    precision: Precision = Field(
        "auto",
        description="Arithmetic of the network; auto takes bf16 where it is fast.",
        json_schema_extra=placed("expert", 12) | decides("computing"),
    )
    device: Device = Field(
        "auto",
        description="Where the network runs.",
        json_schema_extra=placed("network", 90) | decides("computing") | needs_extra("torch", "cuda", "mps"),
    )


class ViewOptions(Options):
    """How an image is looked at."""

    views: int = Field(
        1,
        ge=1,
        le=8,
        description="Views of each image whose features are averaged: the image, its mirror image, and windows in its "
        "corners, mirrored and not. Each takes the network's time once more.",
        json_schema_extra=placed("network", 75) | decides("features"),
    )


class NetworkOptions(FeatureOptions, BackboneOptions):
    """Which features to compute, and on what."""


class FixedNetworkOptions(ViewOptions, NetworkOptions):
    """Which features, where the networks stay as they are."""
