"""What an audit looks at: the readable images of a data set as arrays, one row each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.auditing.checks import NotChecked
from regraft.data import cluster_units
from regraft.heads import normalise_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class AuditedImages:
    """Labelled images in the order in which their data set lists them.

    Attributes:
        paths: n paths, POSIX style, relative to the data set's root where they are below it.
        labels: (n,) int64, positions in `class_names`.
        class_names: k names; a class may have no image.
        digests: n content hashes, hexadecimal.
        sides: n sides of the split ("train", "val", "test"), None where there is no split.
        groups: n names of the physical object that an image shows, None where unknown.
        looks: (n,) of `regraft.data.LOOK`, or None where no image was decoded.
        features: (n, d) float32, or None where no network has seen them.
        n_penultimate: How many of the leading features are the network's penultimate layer.
        probabilities: (n, k) float64, out of fold: of each image by heads that were fitted without its group; None
            where no head was fitted.
        columns: What else is known of the images: (n,) texts, None where there is none, by name.
        is_split_given: Whether the sides are the data set's own; else they were dealt by chance, and can be again.
        fold_of: (n,) int64, the fold in which each image was held out for them; None likewise.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    digests: tuple[str, ...]
    sides: tuple[str | None, ...]
    groups: tuple[str | None, ...]
    looks: NDArray[Any] | None = None
    features: NDArray[np.float32] | None = None
    n_penultimate: int | None = None
    probabilities: NDArray[np.float64] | None = None
    fold_of: NDArray[np.int64] | None = None
    is_split_given: bool = True
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def n_classes(self) -> int:
        """Number of class names."""
        return len(self.class_names)

    @cached_property
    def units(self) -> NDArray[np.int64]:
        """(n,) int64, the same number for images that share a group or their exact content."""
        return cluster_units(self.digests, self.groups)

    @cached_property
    def units_by_class(self) -> NDArray[np.int64]:
        """(k,) int64, the independent images of each class: those of one object say the same again."""
        pairs = np.unique(np.stack([self.labels, self.units]), axis=1)
        return np.bincount(pairs[0], minlength=self.n_classes)

    @property
    def decoded_looks(self) -> NDArray[Any]:
        """(n,) the looks.

        Raises:
            NotChecked: No image was decoded.
        """
        if self.looks is None:
            raise NotChecked("no image was decoded")
        return self.looks

    @property
    def embedding(self) -> NDArray[np.float32]:
        """(n, p) float32, rows of length 1: the penultimate layer's features, in which near images look alike.

        Raises:
            ValueError: There are no features.
        """
        if self.features is None:
            raise ValueError("these images have no features")
        return normalise_rows(self.features[:, : self.n_penultimate])

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> AuditedImages:
        """Some of the images, by position or mask; the class names stay as they are."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows

        def part(column: NDArray[Any] | None) -> NDArray[Any] | None:
            return None if column is None else column[chosen]

        return replace(
            self,
            paths=tuple(self.paths[row] for row in chosen),
            labels=self.labels[chosen],
            digests=tuple(self.digests[row] for row in chosen),
            sides=tuple(self.sides[row] for row in chosen),
            groups=tuple(self.groups[row] for row in chosen),
            looks=part(self.looks),
            features=part(self.features),
            probabilities=part(self.probabilities),
            fold_of=part(self.fold_of),
            columns={name: column[chosen] for name, column in self.columns.items()},
        )
