"""Choosing and fitting a head on training features, as the options say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from regraft.data import cluster_units, split_folds
from regraft.features import take_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from regraft.experiments.dataset_features import DatasetFeatures
    from regraft.heads import Candidates, FoldTable, HeadKind, LinearHead, RowSource, Selection


class HeadChoice(Protocol):
    """The options that say how a head is chosen: those of a probe, and of every training that begins with one."""

    @property
    def head(self) -> HeadKind:
        """The kind."""

    @property
    def layer(self) -> str:
        """Auto tries the penultimate layer alone, too."""

    @property
    def normalisation(self) -> Literal["auto", "l2", "standard"]:
        """Scaling of the features."""

    @property
    def n_strengths(self) -> int:
        """Regularisation strengths to try."""

    @property
    def n_folds(self) -> int:
        """Of the cross-validation."""

    @property
    def class_weight(self) -> Literal["none", "balanced"]:
        """What an image counts."""

    @property
    def seed(self) -> int:
        """Chooses the folds."""


def choose_head(
    features: RowSource,
    labels: NDArray[np.int64],
    *,
    digests: Sequence[str],
    groups: Sequence[str | None],
    n_penultimate: int,
    options: HeadChoice,
    sample_weight: ArrayLike | None = None,
) -> Selection:
    """Fit a head with folds that keep the images of a group, and copies of an image, together.

    Args:
        features: (n, d) float32, in memory or in the store.
        labels: (n,) int64.
        digests: n content hashes.
        groups: n names of the object that an image shows, None where it stands by itself.
        n_penultimate: How many of the features are the penultimate layer's: `auto` tries these alone, too.
        options: How to choose.
        sample_weight: (n,) or None.
    """
    from regraft.heads import select_head

    return select_head(
        features,
        labels,
        folds_of(labels, digests, groups, options),
        candidates_of(options, n_penultimate),
        class_weight=None if options.class_weight == "none" else options.class_weight,
        sample_weight=None if sample_weight is None else np.asarray(sample_weight),
    )


def folds_of(
    labels: NDArray[np.int64], digests: Sequence[str], groups: Sequence[str | None], options: HeadChoice
) -> FoldTable:
    """The folds, always the same, that keep images together which belong together.

    Args:
        labels: (n,) int64.
        digests: n content hashes.
        groups: n names of the object that an image shows, None where it stands by itself.
        options: How many folds, and what chooses them.
    """
    from regraft.heads import FoldTable

    units = cluster_units(digests, groups)
    return FoldTable.of(split_folds(labels, units, digests, n_folds=options.n_folds, seed=options.seed))


def candidates_of(options: HeadChoice, n_penultimate: int) -> Candidates:
    """The heads that some options allow; `auto` tries the penultimate layer's features alone, too."""
    from regraft.heads import Candidates

    return Candidates(
        options.head,
        normalisations=("l2", "standard") if options.normalisation == "auto" else (options.normalisation,),
        widths=(n_penultimate, None) if options.layer == "auto" else (None,),
        n_strengths=options.n_strengths,
    )


def fit_head(data: DatasetFeatures, train: NDArray[np.int64], options: HeadChoice) -> Selection:
    """The linear head that is chosen for, and fitted on, some images of a data set."""
    manifest = data.manifest.select(train)
    return choose_head(
        take_rows(data.features, train),
        manifest.labels,
        digests=[data.digests[row] for row in train],
        groups=manifest.groups,
        n_penultimate=data.networks.n_penultimate,
        options=options,
    )


def for_all_classes(selection: Selection, data: DatasetFeatures) -> LinearHead:
    """A selected head with a row for each class of the data set.

    A class of which no image was trained on is named, but never predicted: its score is minus infinity in effect.
    """
    return selection.head.spread(selection.classes, data.manifest.n_classes)
