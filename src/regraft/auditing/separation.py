"""How well classes can be told from cells alone, against shuffles of the labels.

For each field and class the images of the class are told from all others: in the folds that an image is not in, its
cell holds a larger part of the class than of all images, or it does not. The measure is Youden's J ("Index for rating
diagnostic tests", Cancer 3, 1950): the part of the class that is recognised minus the part of the others that is taken
for it; 0 is chance and 1 perfect, whatever the sizes of the classes. A class has the same J if all images are doubled.

Every J is compared with what it is when whole units change their labels, in units of the spread there; the largest of
all, shuffle by shuffle, is what the number of fields and classes that were looked at gives by chance (Westfall and
Young, "Resampling-based multiple testing", 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.checks import N_UNITS_MIN, require
from regraft.core import generator
from regraft.evaluation import corrected_p_values, shuffle_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.auditing.fields import Field

N_FOLDS = 5
N_SHUFFLES = 300


@dataclass(frozen=True, eq=False)
class Separation:
    """What each field tells.

    Attributes:
        fields: f fields.
        classes: (k,) the classes that were judged, positions of class names.
        youden: (f, k) J of each field and class.
        spread: (f, k) standard deviation over the shuffles.
        p_values: (f, k) corrected for the number of fields and classes.
    """

    fields: tuple[Field, ...]
    classes: NDArray[np.int64]
    youden: NDArray[np.float64]
    spread: NDArray[np.float64]
    p_values: NDArray[np.float64]


def separate(
    fields: Sequence[Field], labels: NDArray[np.int64], units: NDArray[np.int64], n_classes: int, seed: int
) -> Separation:
    """Tell classes by each field alone.

    Args:
        fields: f >= 1 fields of n images.
        labels: (n,) classes.
        units: (n,) numbers of what must stay on one side of a fold, 0, 1, ...
        n_classes: How many class names there are.
        seed: Chooses folds and shuffles.

    Raises:
        NotChecked: No class has enough images.
    """
    rng = generator(seed, "separation")
    table = _CellTable(fields, rng.permutation(int(units.max()) + 1)[units] % N_FOLDS, n_classes)
    pairs = np.unique(np.stack([labels, units]), axis=1)
    judged = np.flatnonzero(np.bincount(pairs[0], minlength=n_classes) >= N_UNITS_MIN)
    require(len(judged), 1, f"class of {N_UNITS_MIN} independent images")
    found = table.youden(labels, judged)
    by_chance = np.stack([table.youden(labels[order], judged) for order in shuffle_units(units, N_SHUFFLES, rng)])
    return Separation(tuple(fields), judged, found, by_chance.std(axis=0), corrected_p_values(found, by_chance))


class _CellTable:
    """Counts of images by fold, cell and class, for all fields at once."""

    def __init__(self, fields: Sequence[Field], fold_of_row: NDArray[np.int64], n_classes: int) -> None:
        sizes = [field.n_cells for field in fields]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._shape = (N_FOLDS, sum(sizes), n_classes)
        cells = np.stack([field.cells for field in fields]) + self._starts[:, None]
        self._bases = ((fold_of_row * sum(sizes) + cells) * n_classes).ravel()
        self._n_fields = len(sizes)

    def youden(self, labels: NDArray[np.int64], judged: NDArray[np.int64]) -> NDArray[np.float64]:
        """(f, k) J of every field for the judged classes."""
        places = self._bases + np.tile(labels, self._n_fields)
        counts = np.bincount(places, minlength=int(np.prod(self._shape))).reshape(self._shape).astype(np.float32)
        all_here = counts.sum(axis=2, keepdims=True)
        counts = counts[:, :, judged]
        train, train_all = counts.sum(axis=0) - counts, all_here.sum(axis=0) - all_here
        first_field = slice(0, self._starts[1] if self._n_fields > 1 else None)
        n_class = train[:, first_field].sum(axis=1, keepdims=True)
        n_all = train_all[:, first_field].sum(axis=1, keepdims=True)
        is_named = train * n_all > train_all * n_class
        hits = np.add.reduceat((counts * is_named).sum(axis=0), self._starts, axis=0).astype(np.float64)
        named = np.add.reduceat((all_here * is_named).sum(axis=0), self._starts, axis=0).astype(np.float64)
        n_here, n_images = counts[:, first_field].sum(axis=(0, 1)), all_here[:, first_field].sum()
        found: NDArray[np.float64] = hits / np.maximum(n_here, 1) - (named - hits) / np.maximum(n_images - n_here, 1)
        return found
