"""What a classifier learns of its own limits: which images are of none of its classes, which classes are possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from regraft.core import HeadError
from regraft.data import cluster_units, make_finding
from regraft.experiments.head_choice import HeadChoice

if TYPE_CHECKING:
    from regraft.core import Rows
    from regraft.data import Finding
    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.heads import KnownImages, MeasureChoice, NoveltyDetector, PredictionSets, Selection


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """What was learnt, and what of it shows in a report.

    Attributes:
        novelty: Says which images look like none of the classes.
        sets: Names the classes that an image may be of.
        choice: Of its measure.
    """

    novelty: NoveltyDetector
    sets: PredictionSets
    choice: MeasureChoice


class _Options(HeadChoice, Protocol):
    """Those of a probe, and of every training that begins with one."""

    @property
    def reject_rate(self) -> float:
        """Share of images of the classes that may be called unknown."""

    @property
    def coverage(self) -> float:
        """How often a set is to hold the truth."""


def learn_uncertainty(
    data: DatasetFeatures, train: Rows, selection: Selection, options: _Options
) -> tuple[Uncertainty | None, tuple[Finding, ...]]:
    """Learn both from the images that a head was fitted on, by what heads say of them that had not seen them.

    Args:
        data: Images and features.
        train: (m,) rows that the head was fitted on.
        selection: The head, and what its folds said.
        options: `reject_rate`, `coverage`, the kind of head and the seed.

    Returns:
        What was learnt; None where no image can be judged by others of its class, which the finding says.
    """
    from regraft.heads import KnownImages

    images = data.select(train)
    units = cluster_units(images.digests, images.manifest.groups)
    known = KnownImages.of(images.features, images.manifest.labels, units, selection.found)
    try:
        return learn_from(known, selection, options), ()
    except HeadError as error:
        message = f"The classifier cannot tell images of none of its classes, and names no sets. {error}"
        return None, (make_finding("no_unknown", "note", message, len(train)),)


def learn_from(known: KnownImages, selection: Selection, options: _Options) -> Uncertainty:
    """Learn both from images and what heads that had not seen them say of them.

    Args:
        known: They.
        selection: The head, and what its folds said.
        options: `reject_rate`, `coverage`, the kind of head and the seed.

    Raises:
        HeadError: No image can be judged by others of its class.
    """
    from regraft.heads import choose_measure, fit_detector, fit_sets

    choice = choose_measure(known, options.head, selection.found, seed=options.seed)
    novelty, _rejection = fit_detector(known, choice.measure, reject_rate=options.reject_rate)
    return Uncertainty(novelty, fit_sets(known, coverage=options.coverage), choice)
