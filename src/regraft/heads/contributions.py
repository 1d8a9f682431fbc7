"""A score taken apart: what each cell of an image adds to it, the bias, and what has no place in the image.

A class's score by itself decides nothing: to all scores the same may be added, and the probabilities stay. So what is
taken apart is a difference: to another class's score, or to the mean of all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from regraft.heads.calibration import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regraft.heads.linear import LinearHead


class FeatureParts(Protocol):
    """Some of an image's features, by cells of the image."""

    @property
    def columns(self) -> NDArray[np.int64]:
        """(d,) which features."""

    @property
    def is_located(self) -> NDArray[np.bool_]:
        """(d,) whether it is known where one comes from."""

    @property
    def cells(self) -> NDArray[np.float64]:
        """(d, h, w) what each cell adds to each feature; 0 where that is not known."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """What a score, or the difference of two, is the sum of.

    Attributes:
        score: The sum of all others.
        cells: For each of the parts (h, w): what each cell adds.
        bias: What no image changes.
        unlocated: What features add of which it is not known where they come from.
        rounding: What is left: the arithmetic of the network's engine.
    """

    score: float
    cells: tuple[NDArray[np.float64], ...]
    bias: float
    unlocated: float
    rounding: float


def share_out(
    head: LinearHead,
    features: NDArray[np.float32],
    parts: Sequence[FeatureParts],
    shares: NDArray[np.float64],
) -> Contributions:
    """Split a sum of scores, exactly.

    A score is W f / |f| + b, or without row normalisation W f + b. The length |f| is one number for the image, so the
    score is linear in f, and f is the sum of its parts (Zhou et al. 2016, eq. 2, for features that are scaled).

    Args:
        head: The linear head.
        features: (n_inputs,) of one image.
        parts: Which of the features come from where.
        shares: (k,) by which the classes' scores are multiplied before they are summed (`against`, `against_others`).
    """
    n_used = head.coef.shape[1]
    used = features[:n_used].astype(np.float64)
    weights, bias = shares @ head.coef.astype(np.float64), float(shares @ head.intercept)
    score = float(shares @ head.scores(features[None])[0])
    if head.is_row_normalised:
        weights = weights / max(float(np.linalg.norm(used)), float(np.finfo(np.float32).tiny))
    is_located = np.zeros(n_used, np.bool_)
    cells = []
    for part in parts:
        known = part.is_located & (part.columns < n_used)
        is_located[part.columns[known]] = True
        cells.append(np.tensordot(weights[part.columns[known]], part.cells[known], axes=1))
    unlocated = float(weights[~is_located] @ used[~is_located])
    rounding = score - bias - unlocated - float(sum(map(np.sum, cells)))
    return Contributions(score, tuple(cells), bias, unlocated, rounding)


def against(code: int, other: int, n_classes: int) -> NDArray[np.float64]:
    """(k,) shares of a class's score less that of another.

    Args:
        code: The class.
        other: The other.
        n_classes: How many there are.
    """
    shares = np.zeros(n_classes)
    shares[code], shares[other] = 1, -1
    return shares


def against_others(code: int, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k,) shares of a class's score less the mean of all others, in which each counts by how probable it is.

    These are the slopes of the class's log odds at the image (its probability being p, of log(p / (1 - p))).

    Args:
        code: The class.
        scores: (k,) of the image, divided by the temperature.
    """
    others = np.where(np.arange(len(scores)) == code, -np.inf, scores)
    shares: NDArray[np.float64] = -softmax(others[None])[0]
    shares[code] = 1
    return shares
