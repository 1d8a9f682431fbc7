"""Which networks are worth their time: each by itself and all together, on the folds of the training images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regraft.core import as_percent, cache_folder, plural
from regraft.data import make_finding
from regraft.evaluation import compare_paired
from regraft.experiments.dataset_features import load_features
from regraft.experiments.head_choice import candidates_of, folds_of
from regraft.experiments.networks import brought_networks, choose_backbones, network_names, open_networks
from regraft.experiments.timing import median_milliseconds
from regraft.reports import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from regraft.core import Progress
    from regraft.data import Finding, Manifest
    from regraft.evaluation import PairedDifference
    from regraft.experiments.circumstances import Stopwatch
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.experiments.portions import Portions
    from regraft.experiments.probe_options import ProbeOptions, Quality, QualityOptions
    from regraft.features import JoinedNetworks

_N_TIMED = 9
_VIEWS_TRIED = (2, 4)
_Z95 = 1.96
_OF_NETWORKS = {"backbone", "model", "checkpoint", "init", "layer", "image_size", "preprocessing", "views"}
"""Whoever sets one of these means one network, or has chosen."""
_N_IMAGES_MIN = 100
"""Folds of fewer cannot tell networks apart."""
_N_WRONG_MIN = 5
"""Whoever is wrong on fewer has nothing to gain that folds could show."""
_N_IMAGES_MAX = 500
"""What takes a few seconds: two more networks see so many images."""


@dataclass(frozen=True, eq=False)
class Tried:
    """Networks that were tried.

    Attributes:
        options: Of a probe on them.
        data: The images with their features.
        right: (m,) whether heads on them were right, each on the fold of the training images that it was not fitted on.
        milliseconds: Of one image through them.
    """

    options: ProbeOptions
    data: DatasetFeatures
    right: NDArray[np.bool_]
    milliseconds: float

    @property
    def name(self) -> str:
        """Of the networks, and how many views they see."""
        views = "" if self.options.views == 1 else f", {self.options.views} views"
        return f"{self.options.backbone}{views}"

    @property
    def work(self) -> float:
        """What an image takes, roughly, and on each machine alike: weights times pixels times views, over networks."""
        sizes = ((part.spec.n_parameters, part.spec.image_size) for part in self.data.networks.parts)
        return float(sum(n_parameters * size**2 for n_parameters, size in sizes) * self.options.views)

    @property
    def n_wrong(self) -> int:
        """How many of the images."""
        return int((~self.right).sum())

    @property
    def accuracy(self) -> float:
        """Share of the images."""
        return float(self.right.mean())


@dataclass(frozen=True, eq=False)
class NetworkChoice:
    """The networks that a probe uses, and the evidence.

    Attributes:
        chosen: The one that is used.
        portions: Of its images.
        tried: All, the cheapest first, each with its difference from the one that had been chosen until then.
    """

    chosen: Tried
    portions: Portions
    tried: tuple[tuple[Tried, PairedDifference | None], ...]

    @property
    def options(self) -> ProbeOptions:
        """Of a probe on what was chosen."""
        return self.chosen.options.model_copy(update={"quality": "fast"})

    @property
    def single(self) -> Tried | None:
        """The network that is worth its time by itself; None where only joined ones were tried."""
        alone = [one for one, _difference in self.tried if one.options.views == 1 and one.data.networks.is_single]
        return _climb(alone, self._groups)[0] if alone else None

    def with_all(self) -> NetworkChoice:
        """The same evidence where all networks, joined, are used whatever it says."""
        return replace(self, chosen=max((one for one, _ in self.tried), key=lambda one: len(one.data.networks.parts)))

    @property
    def finding(self) -> Finding:
        """What was chosen, in a sentence."""
        cheapest, chosen = self.tried[0][0], self.chosen
        n = len(chosen.right)
        if len(self.tried) == 1 and chosen.options.quality == "auto":
            message = (
                f"{chosen.name} is used: on the folds of {plural(n, 'training image')} it was wrong on "
                f"{chosen.n_wrong or 'none'}, so no other was tried."
            )
        elif len(self.tried) == 1:
            message = f"{chosen.name} is used: there was no other network to try."
        elif chosen is cheapest:
            message = (
                f"{cheapest.name} is used: of {len(self.tried)} choices none that takes longer was better enough on "
                f"the folds of {plural(n, 'training image')}."
            )
        else:
            better = compare_paired(chosen.right, cheapest.right, groups=self._groups)
            message = (
                f"{chosen.name} is used: on the folds of {plural(n, 'training image')} it was right on "
                f"{as_percent(chosen.accuracy)}, {cheapest.name} on {as_percent(cheapest.accuracy)} ({better}), at "
                f"{chosen.milliseconds:.1f} ms an image instead of {cheapest.milliseconds:.1f}."
            )
        return make_finding("chosen_networks", "note", message, len(self.tried))

    @property
    def _groups(self) -> tuple[str | None, ...]:
        return self.chosen.data.manifest.select(self.portions.train).groups

    @property
    def table(self) -> Table:
        """The evidence, for the report."""
        return Table(
            title="Networks that were tried, on the folds of the training images",
            columns=("networks", "accuracy", "against the choice before", "ms an image", ""),
            rows=tuple(
                (
                    one.name,
                    as_percent(one.accuracy),
                    "" if difference is None else str(difference),
                    round(one.milliseconds, 1),
                    "chosen" if one is self.chosen else "",
                )
                for one, difference in self.tried
            ),
        )


def choose_networks(
    manifest: Manifest,
    options: ProbeOptions,
    progress: Progress,
    watch: Stopwatch,
    *,
    portion: Callable[[DatasetFeatures], tuple[DatasetFeatures, Portions]],
    check: Callable[[JoinedNetworks], None] | None = None,
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

    Raises:
        RegraftError: From the networks, the engine or the store.
    """
    names, notes = _names_of(options)
    first: Tried | None = None
    if options.quality == "auto":
        alone = _on(options, names[:1])
        data, portions = portion(load_features(manifest, alone, progress, watch, check=check))
        with watch.stage("choose networks"):
            progress.start("Trying networks", 1, unit="choices")
            first = _try(data, portions, alone, progress)
        if first.n_wrong < _N_WRONG_MIN:
            return NetworkChoice(first, portions, ((first, None),))
    data = load_features(manifest, _on(options, names), progress, watch, check=check).remarked(*notes)
    data, portions = portion(data)
    groups = data.manifest.select(portions.train).groups
    with watch.stage("choose networks"):
        known = [first] if first is not None and first.data.digests == data.digests else []
        subsets = [*((name,) for name in names), *([names] if len(names) > 1 else [])][len(known) :]
        progress.start(
            "Trying networks", len(subsets) + len(_VIEWS_TRIED) * (options.quality == "best"), unit="choices"
        )
        tried = known + [_try(data, portions, _on(options, subset), progress) for subset in subsets]
        tried.sort(key=lambda one: one.work)
        chosen, told = _climb(tried, groups)
        if options.quality == "best":
            more = [_try(data, portions, _seen(chosen.options, n_views), progress) for n_views in _VIEWS_TRIED]
            chosen, others = _climb([chosen, *more], groups)
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
    return "good" if is_open and _N_IMAGES_MIN <= n_images <= _N_IMAGES_MAX else "fast"


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


def _try(data: DatasetFeatures, portions: Portions, options: ProbeOptions, progress: Progress) -> Tried:
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
    return Tried(options, data, found.classes[found.scores.argmax(axis=1)] == labels, milliseconds)


def _climb(
    tried: list[Tried], groups: tuple[str | None, ...]
) -> tuple[Tried, list[tuple[Tried, PairedDifference | None]]]:
    """The one that is worth its time, from the cheapest on; and each one's difference from the best before it."""
    chosen = tried[0]
    told: list[tuple[Tried, PairedDifference | None]] = [(chosen, None)]
    for one in tried[1:]:
        difference = compare_paired(one.right, chosen.right, groups=groups)
        told.append((one, difference))
        if is_worth_it(difference):
            chosen = one
    return chosen, told


def is_worth_it(difference: PairedDifference) -> bool:
    """Whether what takes longer is better on the folds; of many images, by a standard error of the paired difference.

    The rule of one standard error (Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984,
    section 3.4.3) read from the cheap side: of equally good ones the cheapest. Few images can hardly show what more
    networks are worth, which is most where images are few, and what they take matters least: there any gain counts.
    """
    if difference.n <= _N_IMAGES_MAX:
        return difference.value > 0
    standard_error = (difference.high - difference.low) / (2 * _Z95)
    return difference.value > 0 and difference.value >= standard_error
