"""What the nearest neighbours of an image are labelled, none of them out of its own fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_NEIGHBOURS = 32
_N_ASKED_MAX = 10_000
_N_NUMBERS_MAX = 20_000_000
"""Similarities that are in memory at once."""


def neighbours_outside(embedding: NDArray[np.float32], fold_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, m) rows of the nearest images of other folds, the nearest first; m is at most 32.

    What must stay together is in one fold (images of one object, copies), so no image is asked about its own kin.

    Args:
        embedding: (n, d) rows of length 1.
        fold_of: (n,) of at least two different values.
    """
    asked = np.sort(generator(0, "neighbours").permutation(len(fold_of))[:_N_ASKED_MAX])
    smallest = min(int((fold_of[asked] != fold).sum()) for fold in np.unique(fold_of))
    found = np.zeros((len(fold_of), min(N_NEIGHBOURS, smallest)), np.int64)
    for fold in np.unique(fold_of):
        others = asked[fold_of[asked] != fold]
        rows = np.flatnonzero(fold_of == fold)
        for part in np.array_split(rows, -(-len(rows) * len(others) // _N_NUMBERS_MAX)):
            found[part] = others[_largest(embedding[part] @ embedding[others].T, found.shape[1])]
    return found


def vote(neighbours: NDArray[np.int64], labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    """(n, k) shares of the classes among the neighbours, with the classes' frequencies counting as one more of them.

    How many neighbours vote is a power of two, and the one that tells the labels best (least log loss).

    Args:
        neighbours: (n, m) rows, the nearest first.
        labels: (n,).
        n_classes: k.
    """
    frequencies = (np.bincount(labels, minlength=n_classes) + 1) / (len(labels) + n_classes)
    counts = np.zeros((len(labels), n_classes))
    rows = np.arange(len(labels))
    best, least = counts, np.inf
    for place in range(neighbours.shape[1]):
        counts[rows, labels[neighbours[:, place]]] += 1
        n_votes = place + 1
        if n_votes & place == 0:
            shares = (counts + frequencies) / (n_votes + 1)
            loss = -float(np.log(shares[rows, labels]).mean())
            best, least = (shares, loss) if loss < least else (best, least)
    return best


def _largest(similarities: NDArray[np.float32], n_wanted: int) -> NDArray[np.int64]:
    """(n, n_wanted) columns of the largest values of each row, the largest first."""
    columns = np.argpartition(-similarities, n_wanted - 1, axis=1)[:, :n_wanted]
    order = np.argsort(-np.take_along_axis(similarities, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1).astype(np.int64)
