"""What a training stands on: images with features of the network that is trained, and of those that are probed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from regraft.core import OptionError
from regraft.data import make_finding
from regraft.experiments import ProbeOptions, choose_networks, load_features, network_names, portion_out, settle_quality
from regraft.grafting.preflight import check_training, checking_each, checking_one
from regraft.grafting.train_options import TrainOptions

if TYPE_CHECKING:
    from regraft.core import Peers, Progress
    from regraft.data import Manifest
    from regraft.experiments import DatasetFeatures, NetworkChoice, Portions, Stopwatch
    from regraft.grafting.train_options import TuningOptions
    from regraft.reports import Table


@dataclass(frozen=True, eq=False)
class Footing:
    """Images divided, with features of two kinds, where a probe stands on other networks than a training.

    Attributes:
        data: With features of the network that is trained.
        probed: The same images with features of the networks that a ladder's probe stands on.
        portions: Which images are for what.
        options: As they were given, with the trained network's name.
        tried: The evidence for the networks, where they were chosen.
    """

    data: DatasetFeatures
    probed: DatasetFeatures
    portions: Portions
    options: TuningOptions
    tried: Table | None = None


def find_footing(
    manifest: Manifest, options: TuningOptions, progress: Progress, watch: Stopwatch, peers: Peers | None = None
) -> Footing:
    """Compute the features, divide the images, and choose networks where there are several.

    Args:
        manifest: The images.
        options: Which networks.
        progress: Where to report.
        watch: Measures the stages.
        peers: The processes that share the work; None for one alone.

    Raises:
        OptionError: A network cannot be trained so.
        RegraftError: From the networks, the engine or the store.
    """
    check = partial(check_training, options, n_classes=manifest.n_classes)
    if isinstance(options, TrainOptions) and _has_several(settled := _settled(options, len(manifest))):
        choice = choose_networks(
            manifest,
            _of_probe(settled),
            progress,
            watch,
            portion=lambda data: portion_out(data, options),
            check=checking_each(check),
            peers=peers,
        )
        return _chosen(choice, settled)
    loaded = load_features(manifest, options, progress, watch, check=checking_one(check), peers=peers)
    data, portions = portion_out(loaded, options)
    return Footing(data, data, portions, options)


def _settled(options: TrainOptions, n_images: int) -> TrainOptions:
    """Fast, where `auto` means that."""
    is_fast = settle_quality(options, n_images) == "fast"
    return options.model_copy(update={"quality": "fast"}) if is_fast else options


def _has_several(options: TrainOptions) -> bool:
    return options.quality != "fast" or len(network_names(options.backbone)) > 1


def _of_probe(options: TrainOptions) -> ProbeOptions:
    """A probe's that are set alike."""
    given = {name: getattr(options, name) for name in options.model_fields_set & ProbeOptions.model_fields.keys()}
    return ProbeOptions(**given | {"layer": options.layer})


def _chosen(choice: NetworkChoice, options: TrainOptions) -> Footing:
    """The probe stands on what was named or chosen, the training on the best network by itself."""
    if options.quality == "fast":
        choice = choice.with_all()
    single = choice.single
    if single is None:
        raise OptionError(
            f"--backbone {options.backbone} names bundles of several networks, and one is trained: add one to them."
        )
    message = f"{single.name} is the network that is trained: by itself the best on the folds that is worth its time."
    remarks = (choice.finding, make_finding("trained_network", "note", message, len(choice.tried)))
    data = single.data.remarked(*remarks)
    probed = replace(choice.chosen.data, manifest=data.manifest)
    given = options.model_copy(update={"backbone": single.options.backbone})
    return Footing(data, probed, choice.portions, given, choice.table)
