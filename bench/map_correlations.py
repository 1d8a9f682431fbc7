"""How far two maps of an image agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Cells = NDArray[np.float64]


def correlations(ours: Sequence[Cells], theirs: Sequence[Cells], *, apart: int = 0) -> str:
    """Rank correlations of maps of the same images, or of images so far apart: then they are chance."""
    pairs = zip(ours, [*theirs[apart:], *theirs[:apart]], strict=True)
    rhos = np.array([rank_correlation(one, other) for one, other in pairs])
    return f"mean {rhos.mean():+.2f}, median size {np.median(np.abs(rhos)):.2f}"


def unshared(maps: Sequence[Cells]) -> list[Cells]:
    """Maps without the mean of all: what is in the middle of most images is there whatever weights are."""
    mean = np.mean(maps, axis=0)
    return [one - mean for one in maps]


def rank_correlation(first: Cells, second: Cells) -> float:
    """Spearman's; cells hardly ever tie."""
    one, other = (np.argsort(np.argsort(cells.ravel())) for cells in (first, second))
    return float(np.corrcoef(one, other)[0, 1])
