"""Which images belong together although nobody said so, and what a random split hides by tearing them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from regraft.auditing.checks import NotChecked, require
from regraft.auditing.series.closeness import closeness_of_groups, individual_traits, likeness_across
from regraft.auditing.series.groupings import Grouping, candidate_groupings, days_of, numbered, within_folders
from regraft.auditing.series.serial_order import choose_block_length, closeness_in_order, measure_label_order
from regraft.auditing.series.series_gap import SeriesGap
from regraft.auditing.series.split_gaps import GapMeasurement
from regraft.data import file_series, group_names
from regraft.evaluation import Estimate, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.audited_images import AuditedImages
    from regraft.auditing.series.closeness import Closeness
    from regraft.auditing.series.split_gaps import Answers

_SURPLUS_MIN = 4.0
"""Standard deviations above the shuffles' mean: by chance once in 30,000 groupings."""
_SURPLUS_ACROSS = 2.0
_N_MEASURED = 3
_N_IMAGES_MIN = 40
_N_NUMBERS_QUICK, _N_NUMBERS_MAX = 100_000, 400_000
"""Images times classes: more are measured on some of the groups."""


class _Found(NamedTuple):
    """A grouping that stands out from its shuffles."""

    grouping: Grouping
    closeness: Closeness


def measure_series(images: AuditedImages, *, n_repeats: int = 1, seed: int = 0) -> SeriesGap | None:
    """Look for series in names, folders, dates and the order of files, and measure what a random split hides.

    Where images have groups, one of each group is looked at, and one of exact copies: what is found is what nobody
    said. What names, folders or dates say goes before the order of files, which it explains, where it changes the
    headline.

    Args:
        images: Images with features.
        n_repeats: How often folds are dealt: 1 for a quick look.
        seed: Chooses folds and axes.

    Returns:
        The grouping that costs most of those whose images are more alike than chance allows; None where there is none.

    Raises:
        NotChecked: There are no features, fewer than 40 images, or one class.
    """
    alone = one_of_each(images)
    if images.features is None:
        raise NotChecked("no network has seen the images")
    require(len(alone), _N_IMAGES_MIN, "independent image")
    require(len(np.unique(alone.labels)), 2, "class", "classes")
    traits = individual_traits(alone.embedding, alone.labels, seed)
    candidates = candidate_groupings(alone)
    n_groupings = len(candidates) + 1
    gap, series = None, file_series(alone.paths)
    if found := _standing_out(alone, traits, candidates):
        gap = _measured(alone, found, n_groupings, n_repeats, seed)
    if (gap is None or not gap.is_large) and (found := _in_order(alone, traits, series)):
        in_order = _measured(alone, found, n_groupings, n_repeats, seed)
        gap = in_order if gap is None or in_order.is_large else gap
    labels = measure_label_order(alone.labels, series, seed) if gap else None
    if gap is None or labels is None:
        return gap
    agreements = {"label_agreement": labels.agreement, "label_agreement_by_chance": labels.by_chance}
    return gap.model_copy(update=agreements)


def _measured(images: AuditedImages, found: list[_Found], n_groupings: int, n_repeats: int, seed: int) -> SeriesGap:
    """The costliest of some groupings."""
    n_numbers_max = _N_NUMBERS_QUICK if n_repeats == 1 else _N_NUMBERS_MAX
    measurement = GapMeasurement.of(images, found[0].grouping.codes, n_numbers_max=n_numbers_max, seed=seed)
    best = _costliest(measurement, found, seed)
    answers = measurement.measure(best.grouping.codes, n_repeats=n_repeats, seed=seed)
    n_classes = len(np.unique(measurement.images.labels))
    gap = _as_gap(best, answers, n_repeats, n_groupings=n_groupings, n_classes=n_classes)
    return gap.model_copy(update={"torn": _torn(images, best.grouping.codes)})


def groups_in_series(images: AuditedImages, gap: SeriesGap) -> NDArray[np.int64]:
    """(n,) the group of each image, as a measurement found them.

    Args:
        images: The images, or one of each known group.
        gap: The measurement.
    """
    if not gap.expression:
        days = days_of(images)
        return np.arange(len(images), dtype=np.int64) if days is None else days
    return numbered(group_names(images.paths, gap.expression))


def one_of_each(images: AuditedImages) -> AuditedImages:
    """The first image of each known group, and of exact copies."""
    units = images.units
    firsts = np.sort(np.unique(units, return_index=True)[1])
    return images.select(firsts) if len(firsts) < len(images) else images


def _standing_out(images: AuditedImages, traits: NDArray[np.float32], candidates: list[Grouping]) -> list[_Found]:
    """Groupings whose images are alike beyond chance, the clearest first."""
    looked = [_Found(one, closeness_of_groups(traits, images.labels, one.codes)) for one in candidates]
    clear = sorted(
        (one for one in looked if one.closeness.surplus > _SURPLUS_MIN), key=lambda one: -one.closeness.surplus
    )
    return [_apart_by_folder(images, traits, one) for one in clear[:_N_MEASURED]]


def _apart_by_folder(images: AuditedImages, traits: NDArray[np.float32], found: _Found) -> _Found:
    """The same name in folders of two classes is one object only if the images are alike there, too."""
    if found.grouping.kind != "names":
        return found
    if likeness_across(traits, images.labels, found.grouping.codes) > _SURPLUS_ACROSS:
        return found
    return _Found(within_folders(images.paths, found.grouping), found.closeness)


def _in_order(images: AuditedImages, traits: NDArray[np.float32], series: Sequence[NDArray[np.int64]]) -> list[_Found]:
    closeness = closeness_in_order(traits, images.labels, series)
    if closeness.surplus <= _SURPLUS_MIN:
        return []
    expression = f"order:{choose_block_length(traits, images.labels, series)}"
    return [_Found(Grouping("order", expression, numbered(group_names(images.paths, expression))), closeness)]


def _costliest(measurement: GapMeasurement, found: list[_Found], seed: int) -> _Found:
    usable = [one for one in found if len(np.unique(one.grouping.codes[measurement.rows])) > 1]
    if len(usable) == 1:
        return usable[0]

    def least_drop(one: _Found) -> float:
        return measurement.measure(one.grouping.codes, n_repeats=1, seed=seed).drop_interval[0]

    return max(usable, key=least_drop)


def _as_gap(found: _Found, answers: Answers, n_repeats: int, *, n_groupings: int, n_classes: int) -> SeriesGap:
    low, high = answers.drop_interval
    n, n_units = len(answers.units), len(np.unique(answers.units))
    random, together = float(answers.by_chance.mean()), float(answers.together.mean())
    ends, ends_together = wilson_interval(random, n), wilson_interval(together, answers.n_effective_together)
    return SeriesGap(
        kind=found.grouping.kind,
        expression=found.grouping.expression,
        n_images=n,
        n_groups=n_units,
        n_classes=n_classes,
        n_groupings=n_groupings,
        likeness=found.closeness.within,
        surplus=found.closeness.surplus,
        random=Estimate(value=random, low=ends[0], high=ends[1], n=n, method="Wilson score"),
        together=Estimate(
            value=together,
            low=ends_together[0],
            high=ends_together[1],
            n=n,
            n_groups=n_units,
            method="Wilson score over groups",
        ),
        drop=answers.drop,
        drop_low=low,
        drop_high=high,
        n_repeats=n_repeats,
    )


def _torn(images: AuditedImages, codes: NDArray[np.int64]) -> float | None:
    sides = np.array(images.sides, object)
    is_test, is_train = sides == ("test" if "test" in images.sides else "val"), sides == "train"
    if not is_test.any() or not is_train.any():
        return None
    return float(np.isin(codes[is_test], codes[is_train]).mean())
