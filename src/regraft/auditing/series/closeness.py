"""How much more alike the images of a group are than other images of their class, against chance.

Chance is exact: the mean and the variance over all shuffles of the images within their classes have a closed form, so
that not one shuffle is made. Source: Mantel, "The detection of disease clustering and a generalized regression
approach", Cancer Research 27 (1967), section on the permutational distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.auditing.compression import principal_scores

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

_N_AXES_MAX = 64
_N_IMAGES_EACH = 4
"""Images for each axis, at least: fewer tell nothing of its spread."""
_N_SHUFFLED_MIN = 4
"""Of fewer images of a class the shuffles have no variance in closed form."""


@dataclass(frozen=True)
class Closeness:
    """How alike the images of pairs are: 0 as any two images of a class, 1 the same.

    Attributes:
        n_pairs: Pairs of one class that were looked at.
        within: Their mean likeness.
        otherwise: That of all pairs of one class: near 0.
        surplus: How far the pairs' sum lies above the mean of all shuffles, in standard deviations.
    """

    n_pairs: int
    within: float
    otherwise: float
    surplus: float


def individual_traits(embedding: NDArray[np.float32], labels: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
    """What an image has besides its class: rows of length 1 or 0 whose products say how alike two images are.

    Each class's mean is taken out, and what remains is brought to equal spread in all directions, so that a few
    common ones (brightness, size) do not outweigh the rest.

    Args:
        embedding: (n, d) rows of length 1.
        labels: (n,) classes.
        seed: Chooses the axes.

    Returns:
        (n, p) float32, p at most 64.
    """
    centred = embedding.copy()
    _labels, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.cumsum(counts)[:-1]):
        centred[rows] -= centred[rows].mean(axis=0)
    n_axes = max(1, min(_N_AXES_MAX, (len(labels) - len(counts)) // _N_IMAGES_EACH))
    scores = principal_scores(centred, n_axes, seed)
    scores /= np.maximum(scores.std(axis=0), 1e-12)
    lengths = np.linalg.norm(scores, axis=1, keepdims=True)
    traits: NDArray[np.float32] = scores / np.maximum(lengths, 1e-12)
    return traits


def closeness_of_groups(traits: NDArray[np.float32], labels: NDArray[np.int64], codes: NDArray[np.int64]) -> Closeness:
    """Of all pairs of images of one class and one group.

    Args:
        traits: (n, p) from `individual_traits`.
        labels: (n,) classes.
        codes: (n,) groups.
    """
    return _against_shuffles(traits, labels, (_group_sums(traits, codes, rows) for rows in _by_class(labels)))


def closeness_of_neighbours(traits: NDArray[np.float32], labels: NDArray[np.int64], pairs: Pairs) -> Closeness:
    """Of given pairs of images of one class.

    Args:
        traits: (n, p) from `individual_traits`.
        labels: (n,) classes.
        pairs: Rows of the first and of the second image of each pair.
    """
    first, second = pairs
    products = np.einsum("np,np->n", traits[first], traits[second]).astype(np.float64)
    n_classes = int(labels.max(initial=-1)) + 1
    sums = 2 * np.bincount(labels[first], products, minlength=n_classes)
    n_with = np.bincount(np.concatenate(pairs), minlength=len(labels))
    return _against_shuffles(traits, labels, ((sums[labels[rows[0]]], n_with[rows]) for rows in _by_class(labels)))


def likeness_across(traits: NDArray[np.float32], labels: NDArray[np.int64], codes: NDArray[np.int64]) -> float:
    """How far pairs of one group but of two classes are more alike than chance allows, in standard deviations.

    Args:
        traits: (n, p) from `individual_traits`.
        labels: (n,) classes.
        codes: (n,) groups.
    """
    rows = np.arange(len(labels))
    both = np.unique(np.stack([labels, codes]), axis=1, return_inverse=True)[1].ravel()
    sum_of_group, n_with = _group_sums(traits, codes, rows)
    sum_of_both, n_with_both = _group_sums(traits, both, rows)
    n_across = (n_with - n_with_both).astype(np.float64)
    if not n_across.any():
        return 0.0
    mean, variance, _likeness = _shuffle_moments(traits.astype(np.float64), n_across)
    return (sum_of_group - sum_of_both - mean) / float(np.sqrt(max(variance, 1e-12)))


def likeness(traits: NDArray[np.float32], pairs: Pairs) -> float:
    """Mean likeness of pairs; 0 where there are none."""
    first, second = pairs
    return float(np.einsum("np,np->n", traits[first], traits[second]).mean()) if len(first) else 0.0


def _by_class(labels: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    return [rows for rows in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(rows)]


def _group_sums(
    traits: NDArray[np.float32], codes: NDArray[np.int64], rows: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64]]:
    """The sum of likeness over ordered pairs of one group, and how many others of its group each image has."""
    _codes, places, counts = np.unique(codes[rows], return_inverse=True, return_counts=True)
    order = np.argsort(places, kind="stable")
    starts = np.cumsum(counts) - counts
    sums = np.add.reduceat(traits[rows[order]].astype(np.float64), starts, axis=0)
    return float((sums**2).sum() - _squares(traits[rows]).sum()), counts[places] - 1


def _squares(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    squares: NDArray[np.float64] = np.einsum("np,np->n", rows, rows, dtype=np.float64)
    return squares


def _against_shuffles(
    traits: NDArray[np.float32], labels: NDArray[np.int64], found: Iterable[tuple[float, NDArray[np.int64]]]
) -> Closeness:
    """Sums over the classes of what was found, of the shuffles' means and of their variances."""
    total = mean = variance = n_pairs = all_likeness = n_all = 0.0
    for rows, (part, n_with) in zip(_by_class(labels), found, strict=True):
        if len(rows) < _N_SHUFFLED_MIN:
            continue
        moments = _shuffle_moments(traits[rows].astype(np.float64), n_with.astype(np.float64))
        total, mean, variance = total + part, mean + moments[0], variance + moments[1]
        n_pairs, n_here = n_pairs + float(n_with.sum()), len(rows) * (len(rows) - 1)
        all_likeness, n_all = all_likeness + moments[2] * n_here, n_all + n_here
    if not n_pairs or variance <= 0:
        return Closeness(int(n_pairs / 2), 0.0, 0.0, 0.0)
    surplus = (total - mean) / float(np.sqrt(variance))
    return Closeness(int(n_pairs / 2), float(total / n_pairs), float(all_likeness / n_all), float(surplus))


def _shuffle_moments(traits: NDArray[np.float64], n_with: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean and variance over all shuffles of the pairs' sum, and the mean likeness of all pairs.

    Args:
        traits: (n, p) of one class.
        n_with: (n,) in how many of the pairs each place is.
    """
    n = len(traits)
    squares = np.einsum("np,np->n", traits, traits)
    row_sums = traits @ traits.sum(axis=0) - squares
    likeness_sum, likeness_rows = row_sums.sum(), (row_sums**2).sum()
    likeness_squares = ((traits.T @ traits) ** 2).sum() - (squares**2).sum()
    pair_sum, pair_rows = n_with.sum(), (n_with**2).sum()  # pairs are 0 or 1, so that their squares' sum is theirs
    mean = pair_sum * likeness_sum / (n * (n - 1))
    square = (
        2 * pair_sum * likeness_squares / (n * (n - 1))
        + 4 * (pair_rows - pair_sum) * (likeness_rows - likeness_squares) / (n * (n - 1) * (n - 2))
        + (pair_sum**2 + 2 * pair_sum - 4 * pair_rows)
        * (likeness_sum**2 + 2 * likeness_squares - 4 * likeness_rows)
        / (n * (n - 1) * (n - 2) * (n - 3))
    )
    return float(mean), float(square - mean**2), float(likeness_sum / (n * (n - 1)))
