"""Splits that depend on contents and a seed, never on names, order or place of the files.

Each unit (an image; or all images of one object, with their exact copies) gets a key: the smallest of the seeded
hashes of its images' contents. Within each class, units are ordered by their keys and dealt out. A unit counts as of
the class that most of its images have.

Another image moves at most one other unit or so of a class between training and test, and a few between folds. Folds of
groups are dealt anew: their balance matters more, and no result is compared fold by fold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import DataError, OptionError, hash_beginnings, hash_key, plural, quoted
from regraft.data.units import cluster_units, first_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.data.manifest import Manifest, Split


def split_holdout(
    labels: NDArray[np.int64], units: NDArray[np.int64], digests: Sequence[str], *, test_fraction: float, seed: int
) -> NDArray[np.bool_]:
    """Choose the images to hold out for the test.

    Stratified: each class gives its share, rounded so that the shares add up. Every class keeps at least one image for
    training, so a class with a single unit gives none.

    Args:
        labels: (n,) classes.
        units: (n,) from `cluster_units`.
        digests: n content hashes.
        test_fraction: Part of the images to hold out, in (0, 1).
        seed: Another seed gives another choice.

    Returns:
        (n,) bool, True for the test.

    Raises:
        OptionError: `test_fraction` is no part of a whole.
    """
    if not 0 < test_fraction < 1:
        raise OptionError(f"The part to hold out for the test must lie between 0 and 1; it is {test_fraction}.")
    table = _UnitTable(labels, units, digests, seed, "holdout")
    is_test = np.zeros(len(table.sizes), np.bool_)
    owed = 0.0  # what rounding has kept from the test so far
    for members in table.by_class():
        wanted = test_fraction * table.sizes[members].sum() + owed
        chosen = _fill(table.sizes[members], wanted)[: len(members) - 1]
        is_test[members[chosen]] = True
        owed = min(max(wanted - table.sizes[members[chosen]].sum(), -0.5), 0.5)
    _return_lost_classes(labels, table, is_test)
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
        (n,) int64, the fold of each image. Folds differ by at most one image where every unit is one image. A class
        with fewer units than folds is absent from some.

    Raises:
        OptionError: There are fewer than two folds.
    """
    if n_folds < 2:
        raise OptionError(f"Cross-validation needs at least two folds; {n_folds} were asked for.")
    table = _UnitTable(labels, units, digests, seed, "folds")
    fold_of_unit = np.empty_like(table.sizes)
    n_in_fold = np.zeros(n_folds, np.int64)
    for members in table.by_class():
        sizes = table.sizes[members]
        emptiest = np.argsort(n_in_fold, kind="stable")
        if sizes.max() == 1:
            n_each = np.full(n_folds, len(members) // n_folds)
            n_each[emptiest[: len(members) % n_folds]] += 1
            fold_of_unit[members] = np.repeat(np.arange(n_folds), n_each)  # blocks: a new image shifts their ends only
        else:
            fold_of_unit[members] = _deal(sizes, n_in_fold)
        n_in_fold += np.bincount(fold_of_unit[members], weights=sizes, minlength=n_folds).astype(np.int64)
    return fold_of_unit[table.unit_of_row]


def has_own_validation(manifest: Manifest) -> bool:
    """Whether the user says of some images that they validate what is learnt from others."""
    return {"train", "val"} <= set(manifest.splits)


def assign_splits(
    manifest: Manifest, digests: Sequence[str], *, test_fraction: float, seed: int, is_val_kept: bool = False
) -> tuple[Split, ...]:
    """The side of each image: the data set's own split where it has one, a deterministic one otherwise.

    A given `val` is trained on if there is a `test` as well (cross-validation chooses the settings), and is the test
    if there is none; or it is kept for who needs images that judge. Where all images, or all others, are given as
    `train`, the test is held out from them.

    Args:
        manifest: n readable, labelled images.
        digests: Their content hashes.
        test_fraction: Used where no split is given.
        seed: Likewise.
        is_val_kept: Keep a given `val` beside a given `train`.

    Returns:
        n times "train", "test", or "val" where it is kept.

    Raises:
        DataError: Some images have a split and others have none, or nothing is left to train on.
    """
    given = set(manifest.splits)
    if len(given) > 1 and None in given:
        raise DataError(_explain_partial(manifest))
    if given <= {None, "train"}:
        return _held_out(manifest, digests, test_fraction, seed)
    if is_val_kept and has_own_validation(manifest):
        return _beside_val(manifest, digests, test_fraction, seed)
    if len(given) == 1:
        raise DataError(
            f"All {plural(len(manifest), 'image')} are in the split {quoted(given.pop())}: there is nothing to train "
            "on. Add a train split, or give the split's own folder (or a table without splits) to have it divided."
        )
    test_name = "test" if "test" in given else "val"
    return tuple("test" if split == test_name else "train" for split in manifest.splits)


def _held_out(manifest: Manifest, digests: Sequence[str], test_fraction: float, seed: int) -> tuple[Split, ...]:
    units = cluster_units(digests, manifest.groups)
    is_test = split_holdout(manifest.labels, units, digests, test_fraction=test_fraction, seed=seed)
    return tuple("test" if flag else "train" for flag in is_test)


def _beside_val(manifest: Manifest, digests: Sequence[str], test_fraction: float, seed: int) -> tuple[Split, ...]:
    """The given splits; the test comes out of the training images where none is given."""
    sides: list[Split] = [split or "train" for split in manifest.splits]
    if "test" not in sides:
        rows = [row for row, side in enumerate(sides) if side == "train"]
        divided = _held_out(manifest.select(rows), [digests[row] for row in rows], test_fraction, seed)
        for row, side in zip(rows, divided, strict=True):
            sides[row] = side
    return tuple(sides)


def _explain_partial(manifest: Manifest) -> str:
    first = manifest.paths[manifest.splits.index(None)]
    n_without = manifest.splits.count(None)
    return (
        f"{plural(n_without, 'image')} of {len(manifest):,} {'has' if n_without == 1 else 'have'} no split while the "
        f"others have one (first: {quoted(first)}). Give every image a split, or none."
    )


class _UnitTable:
    """Units with class, size and order of dealing.

    Attributes:
        unit_of_row: (n,) int64, positions in the columns below.
        sizes: (u,) int64, images of each unit.
        ranks: (u,) int64, place of each unit in the order of keys.
    """

    def __init__(
        self, labels: NDArray[np.int64], units: NDArray[np.int64], digests: Sequence[str], seed: int, purpose: str
    ) -> None:
        self.unit_of_row, self.sizes = _numbered(units)
        self._order = _order_units(self.unit_of_row, len(self.sizes), digests, seed, purpose)
        self.ranks = np.argsort(self._order)
        self._classes = _majority_labels(labels, self.unit_of_row, len(self.sizes))

    def by_class(self) -> list[NDArray[np.int64]]:
        """The units of each class in the order of their keys."""
        in_order = self._classes[self._order]
        parts = np.argsort(in_order, kind="stable")
        _labels, starts = np.unique(in_order[parts], return_index=True)
        return [self._order[part] for part in np.split(parts, starts[1:])] if len(parts) else []


def _numbered(units: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) units as numbers from 0 on, and the images of each; those that are such numbers stay as they are."""
    if len(units) and 0 <= units.min() <= units.max() < len(units):
        sizes = np.bincount(units)
        if sizes.all():
            return units, sizes
    numbers = np.unique(units, return_inverse=True)[1]
    return numbers, np.bincount(numbers)


def _order_units(
    unit_of_row: NDArray[np.int64], n_units: int, digests: Sequence[str], seed: int, purpose: str
) -> NDArray[np.int64]:
    """Units by the smallest key of their images; of equal ones the first.

    All rows are sorted by the beginnings of their keys. Where these are equal, which is hardly ever but for copies, the
    whole keys decide.
    """
    beginnings = hash_beginnings(seed, purpose, digests)
    order = np.argsort(beginnings, kind="stable")
    beginnings = beginnings[order]
    is_alike = beginnings[1:] == beginnings[:-1]
    tied = np.flatnonzero(np.append(is_alike, False) | np.insert(is_alike, 0, False))[: len(order)]
    by_key = sorted((hash_key(seed, purpose, digests[row]), unit_of_row[row], row) for row in order[tied].tolist())
    order[tied] = [row for _key, _unit, row in by_key]
    del beginnings
    return np.argsort(first_places(unit_of_row[order], n_units))


def _majority_labels(labels: NDArray[np.int64], unit_of_row: NDArray[np.int64], n_units: int) -> NDArray[np.int64]:
    """The most frequent label of each unit; the smallest of equally frequent ones."""
    least = labels.min(initial=0)
    width = labels.max(initial=0) - least + 1
    pairs = np.sort(unit_of_row * width + (labels - least))
    starts = np.flatnonzero(np.diff(pairs, prepend=-1))
    counts = np.diff(starts, append=len(pairs))
    units, found = np.divmod(pairs[starts], width)
    every = np.arange(n_units)
    most = np.maximum.reduceat(counts, np.searchsorted(units, every))
    best = np.flatnonzero(counts == most[units])
    majority: NDArray[np.int64] = found[best[np.searchsorted(units[best], every)]] + least
    return majority


def _return_lost_classes(labels: NDArray[np.int64], table: _UnitTable, is_test: NDArray[np.bool_]) -> None:
    """Bring the smallest unit of each class without training images back from the test.

    This happens only to a class that is the minority in its units.
    """
    in_train = labels[~is_test[table.unit_of_row]]
    for label in np.setdiff1d(labels, in_train):
        members = np.unique(table.unit_of_row[labels == label])
        if is_test[members].all():  # else a unit that came back for another class has brought it along
            smallest = members[np.lexsort((table.ranks[members], table.sizes[members]))[0]]
            is_test[smallest] = False


def _fill(sizes: NDArray[np.int64], wanted: float) -> NDArray[np.int64]:
    """Positions of units, in order, that bring the sum as near to `wanted` as one pass can."""
    chosen: list[int] = []
    total = 0
    for position, size in enumerate(sizes.tolist()):
        if total + size / 2 <= wanted:
            chosen.append(position)
            total += size
    return np.array(chosen, np.int64)


def _deal(sizes: NDArray[np.int64], n_in_fold: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each unit, the largest first, to the fold with the fewest images of the class, then of all."""
    folds = np.empty_like(sizes)
    n_of_class = np.zeros_like(n_in_fold)
    for position in np.argsort(-sizes, kind="stable"):
        fold = np.lexsort((n_in_fold, n_of_class))[0]
        folds[position] = fold
        n_of_class[fold] += sizes[position]
    return folds
