"""Splits that depend on contents and a seed, never on names, order or place of the files.

Each unit (an image; or all images of one object, with their exact copies) gets a key: the smallest of the seeded
hashes of its images' contents. Within each class, units are ordered by their keys and dealt out. Adding or removing
an image leaves nearly all others where they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, hash_key, plural, shortened
from regraft.data.units import cluster_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.data.manifest import Manifest, Split


def split_holdout(
    labels: NDArray[np.int64], units: NDArray[np.int64], digests: Sequence[str], *, test_fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Choose the images to hold out for the test.

    Stratified: each class gives its share, rounded so that the shares add up. A class with a single unit gives none, and
    every class keeps at least one unit for training.

    Args:
        labels: (n,) classes.
        units: (n,) from `cluster_units`.
        digests: n content hashes.
        test_fraction: Part of the images to hold out, in (0, 1).
        seed: Another seed gives another choice.

    Returns:
        (n,) bool, True for the test.
    """
    table = _UnitTable(labels, units, digests, seed, "holdout")
    is_test = np.zeros(len(table.sizes), np.bool_)
    owed = 0.0  # what rounding has kept from the test so far
    for members in table.by_class():
        wanted = test_fraction * table.sizes[members].sum() + owed
        chosen = _fill(table.sizes[members], wanted)
        chosen = chosen[: len(members) - 1]
        is_test[members[chosen]] = True
        owed = min(max(wanted - table.sizes[members[chosen]].sum(), -0.5), 0.5)
    return is_test[table.unit_of_row]


def split_folds(
    labels: NDArray[np.int64], units: NDArray[np.int64], digests: Sequence[str], *, n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Deal images into folds of cross-validation, stratified and with units whole.

    Args:
        labels: (n,) classes.
        units: (n,) from `cluster_units`.
        digests: n content hashes.
        n_folds: Number of folds.
        seed: Another seed gives other folds.

    Returns:
        (n,) int64, the fold of each image.
    """
    table = _UnitTable(labels, units, digests, seed, "folds")
    fold_of_unit = np.zeros(len(table.sizes), np.int64)
    n_in_fold = np.zeros(n_folds, np.int64)
    for members in table.by_class():
        sizes = table.sizes[members]
        emptiest = np.argsort(n_in_fold, kind="stable")
        if sizes.max() == 1:
            fold_of_unit[members] = emptiest[np.arange(len(members)) % n_folds]
        else:
            fold_of_unit[members] = _deal(sizes, n_in_fold)
        n_in_fold += np.bincount(fold_of_unit[members], weights=sizes, minlength=n_folds).astype(np.int64)
    return fold_of_unit[table.unit_of_row]


def assign_splits(manifest: Manifest, digests: Sequence[str], *, test_fraction: float, seed: int) -> tuple[Split, ...]:
    """The side of each image: the data set's own split where it has one, a deterministic one otherwise.

    A given `val` is trained on if there is a `test` as well (cross-validation chooses the settings), and is the test
    if there is none.

    Args:
        manifest: n readable, labelled images.
        digests: Their content hashes.
        test_fraction: Used where no split is given.
        seed: Likewise.

    Returns:
        n times "train" or "test".

    Raises:
        DataError: Some images have a split and others have none, or nothing is left to train on.
    """
    given = set(manifest.splits)
    if given <= {None, "train"}:
        units = cluster_units(digests, manifest.groups)
        is_test = split_holdout(manifest.labels, units, digests, test_fraction=test_fraction, seed=seed)
        return tuple("test" if flag else "train" for flag in is_test)
    if None in given:
        row = manifest.splits.index(None)
        n_without = manifest.splits.count(None)
        raise DataError(
            f"{plural(n_without, 'image')} of {len(manifest):,} have no split while the others have one (first: "
            f"{shortened(manifest.paths[row])!r}). Give every image a split, or none."
        )
    if "train" not in given and given != {"val", "test"}:
        raise DataError(f"All images are in the split {given.pop()!r}: there is nothing to train on.")
    test_name = "test" if "test" in given else "val"
    return tuple("test" if split == test_name else "train" for split in manifest.splits)


class _UnitTable:
    """Units with class, size and order of dealing."""

    def __init__(
        self, labels: NDArray[np.int64], units: NDArray[np.int64], digests: Sequence[str], seed: int, purpose: str
    ) -> None:
        _ids, self.unit_of_row = np.unique(units, return_inverse=True)
        n_units = int(self.unit_of_row.max(initial=-1)) + 1
        self.sizes = np.bincount(self.unit_of_row, minlength=n_units)
        keys = [b"\xff" * 33] * n_units
        for row, unit in enumerate(self.unit_of_row.tolist()):
            keys[unit] = min(keys[unit], hash_key(seed, purpose, digests[row]))
        self._order = np.array(sorted(range(n_units), key=keys.__getitem__), np.int64)
        self._classes = _majority_labels(labels, self.unit_of_row, n_units)

    def by_class(self) -> list[NDArray[np.int64]]:
        """The units of each class in the order of their keys; the smallest classes first."""
        in_order = self._classes[self._order]
        parts = np.argsort(in_order, kind="stable")
        _labels, starts = np.unique(in_order[parts], return_index=True)
        return [self._order[part] for part in np.split(parts, starts[1:])] if len(parts) else []


def _majority_labels(labels: NDArray[np.int64], unit_of_row: NDArray[np.int64], n_units: int) -> NDArray[np.int64]:
    """The most frequent label of each unit; the smallest of equally frequent ones."""
    pairs, counts = np.unique(np.stack([unit_of_row, labels]), axis=1, return_counts=True)
    best = np.lexsort((pairs[1], -counts, pairs[0]))
    _units, firsts = np.unique(pairs[0][best], return_index=True)
    majority: NDArray[np.int64] = pairs[1][best][firsts]
    assert len(majority) == n_units
    return majority


def _fill(sizes: NDArray[np.int64], wanted: float) -> NDArray[np.int64]:
    """Positions of units, in order, that bring the sum as near to `wanted` as one pass can."""
    if sizes.max(initial=1) == 1:
        return np.arange(min(int(wanted + 0.5), len(sizes)))
    chosen: list[int] = []
    total = 0
    for position, size in enumerate(sizes.tolist()):
        if total + size / 2 <= wanted:
            chosen.append(position)
            total += size
    return np.array(chosen, np.int64)


def _deal(sizes: NDArray[np.int64], n_in_fold: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each unit, the largest first, to the fold with the fewest images of the class, then of all."""
    folds = np.zeros(len(sizes), np.int64)
    n_of_class = np.zeros_like(n_in_fold)
    for position in np.argsort(-sizes, kind="stable"):
        fold = np.lexsort((np.arange(len(n_in_fold)), n_in_fold + n_of_class, n_of_class))[0]
        folds[position] = fold
        n_of_class[fold] += sizes[position]
    return folds
