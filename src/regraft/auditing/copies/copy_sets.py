"""What the search for copies returns: sets of images that show one picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SAME_FILE = "the same file"


@dataclass(frozen=True)
class CopySet:
    """Images that show one picture.

    Attributes:
        rows: Their positions in the data set; all the others were compared with the first.
        relations: What became of the first's picture in each of the others: "mirrored, cropped by 5 %".
        score: How sure it is, 0 to 1; 1 for the same files.
    """

    rows: tuple[int, ...]
    relations: tuple[str, ...]
    score: float = 1.0

    @property
    def is_exact(self) -> bool:
        """All of them are the same file, byte by byte."""
        return all(relation == SAME_FILE for relation in self.relations)


@dataclass(frozen=True)
class Copies:
    """The copies of a data set.

    Attributes:
        sets: Sets of images that show one picture, the surest first. No image is in two exact ones.
        n_images: How many images were looked at.
        evidence: Measured numbers by name, and what chance gives.
    """

    sets: tuple[CopySet, ...]
    n_images: int
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)

    def units(self) -> NDArray[np.int64]:
        """Images that belong together share a number, the position of one of them: (n,) int64.

        A set takes in those of its images that no surer set has: sets are not chained to each other. The same files
        are all in the same near sets.
        """
        numbers = np.arange(self.n_images)
        taken = np.zeros(self.n_images, np.bool_)
        for group in sorted(self.sets, key=lambda group: group.is_exact):
            free = [row for row in group.rows if not taken[row]]
            numbers[free] = free[:1] * len(free)
            taken[list(group.rows)] = True
        return numbers
