"""How strange images look to a trained classifier: to its network as it was before, or to itself if it had none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import HeadError, plural
from regraft.data import cluster_units, make_finding
from regraft.experiments import folds_of

if TYPE_CHECKING:
    from regraft.core import Rows
    from regraft.data import Finding
    from regraft.experiments import DatasetFeatures, Sides
    from regraft.grafting.train_options import TuningOptions
    from regraft.heads import KnownImages, MeasureChoice, NoveltyDetector

    Learnt = tuple[NoveltyDetector | None, tuple[Finding, ...]]


def learn_from_frozen(data: DatasetFeatures, rows: Rows, options: TuningOptions) -> Learnt:
    """What says that images are strange, from features of the network before it was trained, by folds of the images.

    Args:
        data: Images with these features.
        rows: (m,) all that were trained on or judged.
        options: `reject_rate`, and how folds are made.

    Returns:
        What was learnt; None where no image can be judged by others of its class, which the finding says.
    """
    from regraft.heads import KnownImages

    images = data.select(rows)
    labels = images.manifest.labels
    units = cluster_units(images.digests, images.manifest.groups)
    folds = folds_of(labels, images.digests, images.manifest.groups, options)
    return _learn(KnownImages(np.asarray(images.features), labels, units, folds, _no_scores(rows)), options)


def learn_from_held_out(data: DatasetFeatures, sides: Sides, options: TuningOptions) -> Learnt:
    """The same of a network that was trained from scratch: from its own features, the line by images held out.

    Args:
        data: Images with the trained network's features.
        sides: What it was trained on, and what was held out.
        options: `reject_rate`.
    """
    from regraft.heads import FoldTable, KnownImages

    if not len(sides.validation):
        message = (
            "The classifier cannot tell images of none of its classes: its network was trained from scratch, and no "
            "image was held out to see how strange new ones look to it. Set --validation-fraction above 0."
        )
        return None, (make_finding("no_unknown", "note", message, len(sides.train)),)
    rows = np.concatenate([sides.train, sides.validation])
    images = data.select(rows)
    is_train = (np.arange(len(rows)) < len(sides.train))[:, None]
    units = cluster_units(images.digests, images.manifest.groups)
    known = KnownImages(
        np.asarray(images.features), images.manifest.labels, units, FoldTable(is_train, ~is_train), _no_scores(rows)
    )
    return _learn(known, options)


def told_of_measure(data: DatasetFeatures) -> MeasureChoice:
    """Why strangeness is measured as it is.

    Args:
        data: Images with the features of the classifier's networks.
    """
    from regraft.heads import DEFAULT_MEASURE, MeasureChoice

    whose = "of the network before it was trained" if data.networks.frozen else "of the trained network"
    reason = f"It looks at features {whose}. To compare it with others would take trainings without some classes."
    return MeasureChoice(DEFAULT_MEASURE, reason, (), data.manifest.n_classes, 0, 0)


def _learn(known: KnownImages, options: TuningOptions) -> Learnt:
    from regraft.heads import fit_detector

    try:
        return fit_detector(known, reject_rate=options.reject_rate)[0], ()
    except HeadError as error:
        n_images = len(known.labels)
        message = f"The classifier cannot tell images of none of its classes, of {plural(n_images, 'image')}. {error}"
        return None, (make_finding("no_unknown", "note", message, n_images),)


def _no_scores(rows: Rows) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Measures on features ask for none."""
    return np.zeros((len(rows), 0))
