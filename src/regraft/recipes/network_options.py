"""The options that say which features: network, layer, geometry, engine. Shared by probe, compare and embed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from regraft.backbones import (
    DEFAULT_BACKBONE,
    Device,
    EngineName,
    Precision,
    choose_engine,
    keep_weights,
    resolve_backbone,
)
from regraft.bundle import find_bundle, load_bundle, read_record
from regraft.core import OptionError, Options, plural
from regraft.features import backbone_transform, build_extractor
from regraft.images import ResizePolicy

if TYPE_CHECKING:
    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.features import Extractor


class BackboneOptions(Options):
    """Which network."""

    backbone: str = Field(
        DEFAULT_BACKBONE,
        description="Pretrained network: a name from `regraft backbones` or timm, or the folder of a run or bundle "
        "whose (fine-tuned) network is meant.",
    )
    checkpoint: Path | None = Field(
        None, description="Local weights for the network (.safetensors, or .pth that holds tensors only)."
    )


class FeatureOptions(Options):
    """What of a network, from which pixels, and what runs it."""

    layer: str = Field(
        "auto",
        description="Layer to use: penultimate, stage1 ... stageN, a module's name, several joined by +. "
        "auto takes the penultimate layer and adds the last stages where cross-validation finds that they help.",
    )
    image_size: int | None = Field(
        None, ge=8, le=4096, description="Input size in pixels instead of the network's own."
    )
    resize: ResizePolicy = Field(
        "squash", description="How an image becomes square: squash all of it, crop the centre, or letterbox."
    )
    engine: EngineName = Field("auto", description="What runs the network; auto takes the fastest.")
    precision: Precision = Field("auto", description="Arithmetic of the network; auto takes bf16 where it is fast.")
    device: Device = Field("auto", description="Where the network runs.")


class NetworkOptions(FeatureOptions, BackboneOptions):
    """Which features to compute, and on what."""


def open_network(options: NetworkOptions, cache: Path) -> tuple[BackboneSpec, EngineChoice, Extractor]:
    """The backbone, the engine and the extractor that some options mean.

    Raises:
        BackboneError: The network or its weights cannot be had.
        OptionError: The engine does not exist on this machine.
    """
    choice = choose_engine(options.engine, options.precision, options.device)
    spec = _find_backbone(options, cache)
    transform = backbone_transform(spec, options.resize)
    return spec, choice, build_extractor(spec, choice, transform=transform, layer=options.layer, cache=cache)


def _find_backbone(options: NetworkOptions, cache: Path) -> BackboneSpec:
    folder = Path(options.backbone).expanduser()
    if not folder.is_dir():
        return resolve_backbone(
            options.backbone, cache=cache, checkpoint=options.checkpoint, image_size=options.image_size
        )
    if options.checkpoint is not None:
        raise OptionError("--backbone names a bundle, which has its own weights: leave --checkpoint out.")
    spec = load_bundle(folder, cache=cache).backbone
    return spec if options.image_size is None else spec.model_copy(update={"image_size": options.image_size})


def left_out_head(options: NetworkOptions, spec: BackboneSpec, n_classes: int, cache: Path) -> tuple[str, ...]:
    """A sentence where the weights that the user brings have a classifier of their own.

    Args:
        options: `backbone`, `checkpoint`.
        spec: The network that they mean.
        n_classes: Of the images.
        cache: The cache folder.
    """
    folder = Path(options.backbone).expanduser()
    whose = folder
    size: int | None = None
    if folder.is_dir():
        size = len(read_record(find_bundle(folder)).class_names)
    elif options.checkpoint is not None:
        from regraft.backbones import classifier_size

        weights, _digest = keep_weights(spec, cache / "weights")
        whose, size = options.checkpoint, classifier_size(spec, weights)
    if size is None:
        return ()
    return (
        f"The head of {whose} ({plural(size, 'class', 'classes')}) is left out: a new one is fitted for these "
        f"{n_classes}.",
    )
