"""Choosing and fitting a head on training features, as the options say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator
from regraft.data import cluster_units, split_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from regraft.heads import LinearHead, Selection
    from regraft.recipes.dataset_features import DatasetFeatures
    from regraft.recipes.experiment_options import ProbeOptions
    from regraft.recipes.train_options import TuningOptions


def choose_head(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    *,
    digests: Sequence[str],
    groups: Sequence[str | None],
    n_penultimate: int,
    options: ProbeOptions | TuningOptions,
    sample_weight: ArrayLike | None = None,
) -> Selection:
    """Fit a head with folds that keep the images of a group, and copies of an image, together.

    Args:
        features: (n, d) float32.
        labels: (n,) int64.
        digests: n content hashes.
        groups: n names of the object that an image shows, None where it stands by itself.
        n_penultimate: How many of the features are the penultimate layer's: `auto` tries these alone, too.
        options: How to choose.
        sample_weight: (n,) or None.
    """
    from regraft.heads import Candidates, FoldTable, select_head

    units = cluster_units(digests, groups)
    folds = split_folds(labels, units, digests, n_folds=options.n_folds, seed=options.seed)
    candidates = Candidates(
        options.head,
        normalisations=("l2", "standard") if options.normalisation == "auto" else (options.normalisation,),
        widths=(n_penultimate, None) if options.layer == "auto" else (None,),
        n_strengths=options.n_strengths,
    )
    return select_head(
        features,
        labels,
        FoldTable.of(folds),
        candidates,
        class_weight=None if options.class_weight == "none" else options.class_weight,
        sample_weight=None if sample_weight is None else np.asarray(sample_weight),
    )


def fit_start(data: DatasetFeatures, train: NDArray[np.int64], options: TuningOptions) -> Selection:
    """The linear head that the training begins with."""
    manifest = data.manifest.select(train)
    return choose_head(
        data.features[train],
        manifest.labels,
        digests=[data.digests[row] for row in train],
        groups=manifest.groups,
        n_penultimate=data.spec.n_features,
        options=options,
    )


def for_all_classes(selection: Selection, data: DatasetFeatures) -> LinearHead:
    """A selected head with a row for each class of the data set.

    A class of which no image was trained on is named, but never predicted: its score is minus infinity in effect.
    """
    return selection.head.spread(selection.classes, data.manifest.n_classes)


def start_head(
    data: DatasetFeatures, train: NDArray[np.int64], options: TuningOptions
) -> tuple[LinearHead, Selection | None]:
    """The head that a training begins with: fitted on features of learnt weights, drawn where nothing was learnt.

    Returns:
        A head for all classes, and how it was chosen; None where it was drawn.
    """
    if data.spec.is_untrained:
        return _drawn_head(data, options.seed if options.training_seed is None else options.training_seed), None
    selection = fit_start(data, train, options)
    return _movable_head(selection, data), selection


def _drawn_head(data: DatasetFeatures, seed: int) -> LinearHead:
    """The softmax head that a network without learnt weights begins with: uniform within 1 / sqrt(d), as torch's."""
    from regraft.heads import LinearHead

    n_classes, n_features = data.manifest.n_classes, data.spec.n_features
    coef = generator(seed, "head").uniform(-1, 1, (n_classes, n_features)) / np.sqrt(n_features)
    return LinearHead(
        kind="softmax",
        is_row_normalised=False,
        coef=coef.astype(np.float32),
        intercept=np.zeros(n_classes, np.float32),
        temperature=1.0,
        n_inputs=n_features,
    )


def _movable_head(selection: Selection, data: DatasetFeatures) -> LinearHead:
    """A head for all classes; one without training images begins at scores that training can move."""
    head = for_all_classes(selection, data)
    floor = float(selection.head.intercept.min()) - 5.0 * selection.head.temperature
    return replace(head, intercept=np.maximum(head.intercept, np.float32(floor)))
