"""The network that options mean, with its engine and what turns images into its features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.backbones import (
    DEFAULT_BACKBONE,
    choose_engine,
    keep_weights,
    resolve_backbone,
    resolve_own_network,
    with_preprocessing,
)
from regraft.bundle import find_bundle, load, read_record
from regraft.core import OptionError, as_path, plural, quoted
from regraft.features import backbone_transform, build_extractor

if TYPE_CHECKING:
    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.core import Progress
    from regraft.experiments.network_options import NetworkOptions
    from regraft.features import Extractor


def open_network(
    options: NetworkOptions, cache: Path, *, progress: Progress | None = None
) -> tuple[BackboneSpec, EngineChoice, Extractor]:
    """The backbone, the engine and the extractor that some options mean; it takes looks for audits on its way.

    Args:
        options: Which network, and what of it.
        cache: The cache folder.
        progress: Where it is reported that weights are fetched.

    Raises:
        BackboneError: The network or its weights cannot be had.
        OptionError: The engine does not exist on this machine.
    """
    choice = choose_engine(options.engine, options.precision, options.device)
    spec = _find_backbone(options, cache, progress)
    if options.preprocessing != "auto":
        spec = with_preprocessing(spec, options.preprocessing)
    transform = backbone_transform(spec, spec.resize if options.resize == "auto" else options.resize)
    extractor = build_extractor(spec, choice, transform=transform, layer=options.layer, cache=cache)
    return spec, choice, replace(extractor, takes_looks=True)


def _find_backbone(options: NetworkOptions, cache: Path, progress: Progress | None) -> BackboneSpec:
    if options.checkpoint is not None and options.init == "random":
        raise OptionError("--init random draws the weights: leave --checkpoint out.")
    seed = _weights_seed(options)
    if options.model is not None:
        return _own_network(options, options.model, seed, cache)
    folder = as_path(options.backbone, "The option 'backbone'")
    if not folder.is_dir():
        _require_name(options.backbone)
        return resolve_backbone(
            options.backbone,
            cache=cache,
            checkpoint=options.checkpoint,
            image_size=options.image_size,
            is_drawn=options.init == "random",
            random_seed=seed,
            progress=progress,
        )
    if options.checkpoint is not None or options.init == "random":
        raise OptionError("--backbone names a bundle, which has its own weights: leave --checkpoint and --init out.")
    spec = load(folder, cache=cache, trust_code=options.trust_code).backbone
    return spec if options.image_size is None else spec.model_copy(update={"image_size": options.image_size})


def _require_name(backbone: str) -> None:
    """See that --backbone is not given what another option is for."""
    if ".py:" in backbone or backbone.endswith(".py"):
        raise OptionError(f"{quoted(backbone)} is code of your own, no network's name: use --model {backbone}")
    if Path(backbone).suffix in (".safetensors", ".pth", ".pt", ".ckpt", ".bin"):
        raise OptionError(
            f"{quoted(backbone)} is a file of weights: use --checkpoint {backbone}, and name the network that they "
            "are for with --backbone."
        )


def _own_network(options: NetworkOptions, model: str, seed: int, cache: Path) -> BackboneSpec:
    if options.backbone != DEFAULT_BACKBONE:
        raise OptionError("--model and --backbone both name a network: give one of them.")
    if ":" not in model and not model.endswith(".py"):
        raise OptionError(
            f"{quoted(model)} is no function of your own, which --model is for (FILE.py:function or "
            f"package.module:function). For a network by its name use --backbone {model}"
        )
    return resolve_own_network(
        model, cache=cache, checkpoint=options.checkpoint, image_size=options.image_size, random_seed=seed
    )


def _weights_seed(options: NetworkOptions) -> int:
    """The seed of drawn weights: the training's where a verb has one, else the experiment's."""
    training = getattr(options, "training_seed", None)
    return int(getattr(options, "seed", 0) if training is None else training)


def left_out_head(options: NetworkOptions, spec: BackboneSpec, n_classes: int, cache: Path) -> tuple[str, ...]:
    """A sentence where the weights that the user brings have a classifier of their own.

    Args:
        options: `backbone`, `checkpoint`.
        spec: The network that they mean.
        n_classes: Of the images.
        cache: The cache folder.
    """
    folder = as_path(options.backbone, "The option 'backbone'")
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
