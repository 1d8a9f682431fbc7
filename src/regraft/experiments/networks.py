"""The networks that options mean, with their engine and what turns images into their features."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.backbones import (
    BACKBONES,
    DEFAULT_BACKBONE,
    choose_engine,
    find_lite,
    is_offline,
    keep_weights,
    resolve_backbone,
    resolve_own_network,
    with_preprocessing,
)
from regraft.bundle import N_NETWORKS_MAX, find_bundle, load, read_record
from regraft.core import OptionError, as_path, cache_folder, has_extra, plural, quoted
from regraft.data import make_finding
from regraft.experiments.network_options import FixedNetworkOptions
from regraft.features import JoinedNetworks, backbone_transform, tap_network
from regraft.images import FIXED_VIEWS
from regraft.scaling import find_crew

if TYPE_CHECKING:
    from regraft.backbones import BackboneSpec, EngineChoice
    from regraft.core import Progress
    from regraft.data import Finding
    from regraft.experiments.network_options import NetworkOptions
    from regraft.features import TappedNetwork


def choose_backbones(
    named: tuple[str, ...], *, unnamed: str = "No --backbones were named", done: str = "compared"
) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The networks to compare; where the user named none, those that have learnt and are here, with a note.

    Args:
        named: By the user.
        unnamed: How the note begins.
        done: What becomes of the networks, as the note says it.
    """
    if named:
        return named, ()
    cache = cache_folder()
    untrained = [name for name in BACKBONES if BACKBONES[name].is_untrained]
    here = [name for name in BACKBONES if name not in untrained and is_offline(BACKBONES[name], cache)]
    here = [name for name in here if has_extra("torch") or find_lite(BACKBONES[name]) is not None]
    n_elsewhere = len(BACKBONES) - len(here) - len(untrained)
    message = (
        f"{unnamed}: those whose learnt weights are on this machine are {done} ({', '.join(here)}). "
        f"Left out: {n_elsewhere} whose weights would have to be fetched or that need the extra torch, and the "
        f"untrained ones ({', '.join(untrained)})."
    )
    return tuple(here), (make_finding("chosen_backbones", "note", message, len(here)),)


def brought_networks() -> tuple[str, ...]:
    """The networks that come with Regraft, whose weights are on this machine."""
    cache = cache_folder()
    lites = [name for name in BACKBONES if find_lite(BACKBONES[name]) is not None]
    return tuple(name for name in lites if is_offline(BACKBONES[name], cache))


def network_names(backbone: str) -> tuple[str, ...]:
    """The networks that `--backbone` names: one, or several joined by +.

    Raises:
        OptionError: One is named twice, or a name is missing, or they are too many.
    """
    if "+" not in backbone or as_path(backbone, "The option 'backbone'").is_dir():
        return (backbone,)
    names = tuple(name.strip() for name in backbone.split("+"))
    if "" in names or len(names) > N_NETWORKS_MAX:
        raise OptionError(
            f"--backbone {quoted(backbone)} joins {plural(len(names), 'network')}"
            f"{', one without a name' * ('' in names)}: give 1 to {N_NETWORKS_MAX} names with + between them."
        )
    if twice := [name for place, name in enumerate(names) if name in names[:place]]:
        raise OptionError(f"--backbone {quoted(backbone)} names {twice[0]} twice: each network counts once.")
    return names


def open_networks(options: NetworkOptions, cache: Path, *, progress: Progress | None = None) -> JoinedNetworks:
    """The networks that some options mean, with their engine and extractors.

    Args:
        options: Which networks, and what of them.
        cache: The cache folder.
        progress: Where it is reported that weights are fetched.

    Raises:
        BackboneError: A network or its weights cannot be had.
        MissingExtraError: --on ray, and Ray is not installed.
        OptionError: The engine does not exist on this machine, or options that are for one network are given to
            several.
    """
    choice = choose_engine(options.engine, options.precision, options.device)
    names = network_names(options.backbone)
    if len(names) > 1 and (options.checkpoint is not None or options.model is not None):
        raise OptionError(
            f"--backbone names {len(names)} networks, --checkpoint and --model are for one: train or probe that "
            "one first, then name its run's folder among the others."
        )
    parts = [
        _tapped(spec, options, choice, cache)
        for name in names
        for spec in _find_backbones(options.model_copy(update={"backbone": name}), cache, progress)
    ]
    if len(parts) > N_NETWORKS_MAX:
        raise OptionError(f"--backbone joins {len(parts)} networks; one head stands on {N_NETWORKS_MAX} at most.")
    networks = JoinedNetworks(tuple(parts), choice)
    crew = find_crew(options)
    return networks if crew is None else networks.changed(partial(replace, crew=crew))


def taking_looks(networks: JoinedNetworks) -> JoinedNetworks:
    """The same; the first one's plain view takes looks for audits on its way."""
    first, *others = networks.parts
    plain, *views = first.extractors
    plain = replace(plain, order=replace(plain.order, takes_looks=True))
    first = replace(first, extractors=(plain, *views))
    return replace(networks, parts=(first, *others))


def _tapped(spec: BackboneSpec, options: NetworkOptions, choice: EngineChoice, cache: Path) -> TappedNetwork:
    if options.preprocessing != "auto":
        spec = with_preprocessing(spec, options.preprocessing)
    transform = backbone_transform(spec, spec.resize if options.resize == "auto" else options.resize)
    n_views = options.views if isinstance(options, FixedNetworkOptions) else 1
    views = tuple(FIXED_VIEWS.values())[:n_views]
    return tap_network(spec, choice, transform=transform, layer=options.layer, cache=cache, views=views)


def _find_backbones(options: NetworkOptions, cache: Path, progress: Progress | None) -> list[BackboneSpec]:
    """One network; of a bundle that joins several, all."""
    if options.checkpoint is not None and options.init == "random":
        raise OptionError("--init random draws the weights: leave --checkpoint out.")
    seed = _weights_seed(options)
    if options.model is not None:
        return [_own_network(options, options.model, seed, cache)]
    folder = as_path(options.backbone, "The option 'backbone'")
    if not folder.is_dir():
        _require_name(options.backbone)
        named = resolve_backbone(
            options.backbone,
            cache=cache,
            checkpoint=options.checkpoint,
            image_size=options.image_size,
            is_drawn=options.init == "random",
            random_seed=seed,
            progress=progress,
        )
        return [named]
    if options.checkpoint is not None or options.init == "random":
        raise OptionError("--backbone names a bundle, which has its own weights: leave --checkpoint and --init out.")
    changed = {} if options.image_size is None else {"image_size": options.image_size}
    joined = load(folder, cache=cache, trust_code=options.trust_code).networks
    return [part.spec.model_copy(update=changed) for part in joined.parts]


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
