"""Which networks are worth their time: each by itself and all together, on the folds of the training images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.core import cache_folder
from regraft.experiments.dataset_features import load_features
from regraft.experiments.head_choice import candidates_of, folds_of
from regraft.experiments.networks import brought_networks, choose_backbones, network_names, open_networks
from regraft.experiments.timing import median_milliseconds
from regraft.experiments.tried_networks import N_FEW_IMAGES, NetworkChoice, Tried, climb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regraft.core import Peers, Progress
    from regraft.data import Finding, Manifest
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions
    from regraft.experiments.probe_options import ProbeOptions, Quality, QualityOptions
    from regraft.features import JoinedNetworks

_N_TIMED = 9
_VIEWS_TRIED = (2, 4)
_OF_NETWORKS = {"backbone", "model", "checkpoint", "init", "layer", "image_size", "preprocessing", "views"}
"""Whoever sets one of these means one network, or has chosen."""
_N_IMAGES_MIN = 100
"""Folds of fewer cannot tell networks apart."""
_N_WRONG_MIN = 5
"""Whoever is wrong on fewer has nothing to gain that folds could show."""


def choose_networks(
    manifest: Manifest,
    options: ProbeOptions,
    progress: Progress,
    watch: Stopwatch,
    *,
    portion: Callable[[DatasetFeatures], tuple[DatasetFeatures, Portions]],
    check: Callable[[JoinedNetworks], None] | None = None,
    peers: Peers | None = None,
) -> NetworkChoice:
    """Try each network by itself and all together, and, for `best`, several views with what was best.

    One after the other, from the cheapest to the most expensive: what takes longer is chosen where it is worth it. For
    `auto` the others are not even loaded where the first leaves hardly an image to gain. Test images are not looked at.

    Args:
        manifest: The images.
        options: `quality`; `backbone` where the user named networks, else all that are on this machine.
        progress: Where to report.
        watch: Measures the stages.
        portion: Divides the images.
        check: Called with all networks before any image is read; raises where they cannot be used.
        peers: The processes that share the work, and go by what the first measures; None for one alone.

    Raises:
        RegraftError: From the networks, the engine or the store.
    """
    names, notes = _names_of(options)
    first: Tried | None = None
    if options.quality == "auto":
        alone = _on(options, names[:1])
        data, portions = portion(load_features(manifest, alone, progress, watch, check=check, peers=peers))
        with watch.stage("choose networks"):
            progress.start("Trying networks", 1, unit="choices")
            first = _try(data, portions, alone, progress, peers)
        if first.n_wrong < _N_WRONG_MIN:
            return NetworkChoice(first, portions, ((first, None),))
    data = load_features(manifest, _on(options, names), progress, watch, check=check, peers=peers).remarked(*notes)
    data, portions = portion(data)
    groups = data.manifest.select(portions.train).groups
    with watch.stage("choose networks"):
        known = [first] if first is not None and first.data.digests == data.digests else []
        subsets = [*((name,) for name in names), *([names] if len(names) > 1 else [])][len(known) :]
        progress.start(
            "Trying networks", len(subsets) + len(_VIEWS_TRIED) * (options.quality == "best"), unit="choices"
        )
        tried = known + [_try(data, portions, _on(options, subset), progress, peers) for subset in subsets]
        tried.sort(key=lambda one: one.work)
        chosen, told = climb(tried, groups)
        if options.quality == "best":
            more = [_try(data, portions, _seen(chosen.options, n_views), progress, peers) for n_views in _VIEWS_TRIED]
            chosen, others = climb([chosen, *more], groups)
            told += others[1:]
    return NetworkChoice(chosen, portions, tuple(told))


def settle_quality(options: QualityOptions, n_images: int) -> Quality:
    """What `auto` means for so many images: few take little time, and gain most from several networks.

    Args:
        options: `quality`, and which networks were named.
        n_images: In all.
    """
    if options.quality != "auto":
        return options.quality
    is_open = not _OF_NETWORKS & options.model_fields_set and len(brought_networks()) > 1
    return "good" if is_open and _N_IMAGES_MIN <= n_images <= N_FEW_IMAGES else "fast"


def _names_of(options: ProbeOptions) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    if options.quality == "auto":
        return brought_networks(), ()
    is_named = bool({"backbone", "model", "checkpoint"} & options.model_fields_set)
    names = network_names(options.backbone) if is_named else ()
    return choose_backbones(names, unnamed="No --backbone was named", done="tried")


def _on(options: ProbeOptions, names: Sequence[str]) -> ProbeOptions:
    return options.model_copy(update={"backbone": "+".join(names)})


def _seen(options: ProbeOptions, n_views: int) -> ProbeOptions:
    return options.model_copy(update={"views": n_views})


def _try(
    data: DatasetFeatures, portions: Portions, options: ProbeOptions, progress: Progress, peers: Peers | None
) -> Tried:
    """What heads on some networks say of the training images, each of those that it was not fitted on."""
    from regraft.heads import cross_validate

    networks = open_networks(options, cache_folder())
    data = data.seen_by(networks, progress)
    train = data.select(portions.train)
    labels = train.manifest.labels
    folds = folds_of(labels, train.digests, train.manifest.groups, options)
    candidates = candidates_of(options, networks.n_penultimate)
    weight = None if options.class_weight == "none" else options.class_weight
    found = cross_validate(train.features, labels, folds, candidates, class_weight=weight)
    inputs, opened = data.inputs(portions.train[:1]), networks.staying_open()
    milliseconds = median_milliseconds(lambda: opened.compute(inputs), _N_TIMED)
    progress.advance(1)
    is_right = found.classes[found.predicted] == labels
    if peers is not None:
        is_right, milliseconds = peers.of_leader((is_right, milliseconds))
    return Tried(options, data, is_right, milliseconds)
