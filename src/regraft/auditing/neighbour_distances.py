"""How far each image is from its nearest neighbours of other units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.compression import principal_scores
from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

_N_COMPONENTS_MAX = 128
_N_REFERENCES = 8192
_N_ROWS_AT_ONCE = 1024


def neighbour_distances(
    embedding: NDArray[np.float32], units: NDArray[np.int64], n_neighbours: int, seed: int
) -> NDArray[np.float64]:
    """Mean distance to the nearest of up to 8,192 reference images that are not of the image's own unit.

    What lies outside the principal axes counts with its length; that it has no common direction is assumed.

    Args:
        embedding: (n, d).
        units: (n,) what an image's copies and other views share.
        n_neighbours: Of how many the distance is the mean; so many images of a strange kind do not hide each other.
        seed: Chooses references and axes.

    Returns:
        (n,) distances; infinite where too few references are of other units.
    """
    points = principal_scores(embedding, max(1, min(_N_COMPONENTS_MAX, len(embedding) // 4)), seed)
    points -= points.mean(axis=0)
    middle = embedding.mean(axis=0)
    squares = np.einsum("nd,nd->n", embedding, embedding) - 2 * (embedding @ middle) + middle @ middle
    rows = generator(seed, "references").permutation(len(embedding))[:_N_REFERENCES]
    n_neighbours = min(n_neighbours, len(rows))
    found = np.empty(len(embedding))
    for begin in range(0, len(embedding), _N_ROWS_AT_ONCE):
        here = slice(begin, begin + _N_ROWS_AT_ONCE)
        distances = squares[here, None] + squares[rows] - 2 * (points[here] @ points[rows].T)
        distances[units[here, None] == units[rows]] = np.inf
        nearest = np.partition(distances, n_neighbours - 1, axis=1)[:, :n_neighbours]
        found[here] = np.sqrt(np.maximum(nearest, 0.0)).mean(axis=1)
    return found
