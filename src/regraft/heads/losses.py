"""The two losses, for many problems at once, with what a Newton-like solver needs of them.

Scores have the shape (n, f, k): n samples, f problems that differ in their sample weights (folds of a
cross-validation), k columns. `softmax` couples the columns of a problem, `squared hinge` does not: each column is a
problem of its own. Two classes take one column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]


class Loss(Protocol):
    """A convex loss of scores.

    Attributes:
        reduced: The axes of (n, f, k) that one problem runs over.
        is_quadratic: Whether its curvature is constant, but for samples that change sides.
    """

    @property
    def reduced(self) -> tuple[int, ...]:
        """See above."""

    @property
    def is_quadratic(self) -> bool:
        """See above."""

    def value(self, scores: Array, weights: Array) -> Array:
        """Weighted sum of the losses of each problem, float64, with the reduced axes of (f, k) kept as 1."""

    def residual(self, scores: Array, weights: Array) -> tuple[Array, Array]:
        """Derivatives (n, f, k) by the scores, weighted, and each problem's mean curvature."""

    def at_once(self, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
        """Value, residual, and the curvature times the weights' total; the scores are overwritten."""


@dataclass(frozen=True, eq=False)
class MultinomialLoss:
    """Cross-entropy of the softmax: log sum_j exp(z_j) - z_y (Bishop 2006, eq. 4.108).

    Attributes:
        targets: (n, k) one-hot, in the scores' dtype.
    """

    targets: Array
    reduced: ClassVar[tuple[int, ...]] = (0, 2)
    is_quadratic: ClassVar[bool] = False

    def value(self, scores: Array, weights: Array) -> Array:
        """See `Loss`."""
        top = scores.max(axis=2)
        shifted = scores - top[:, :, None]
        np.exp(shifted, out=shifted)
        losses = np.log(shifted.sum(axis=2)) + top - np.einsum("nfk,nk->nf", scores, self.targets)
        return _weighted_sum(losses, weights)[:, None]

    def residual(self, scores: Array, weights: Array) -> tuple[Array, Array]:
        """See `Loss`."""
        probabilities = np.exp(scores - scores.max(axis=2, keepdims=True))
        probabilities /= probabilities.sum(axis=2, keepdims=True)
        squares = np.einsum("nfk,nfk->nf", probabilities, probabilities)
        curvature = _weighted_mean(1.0 - squares, weights) / scores.shape[2]
        probabilities -= self.targets[:, None, :]
        probabilities *= weights[:, :, None]
        return probabilities, curvature[:, None]

    def at_once(self, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
        """See `Loss`."""
        rows, codes = np.arange(len(scores)), self.targets.argmax(axis=1)
        own = scores[rows, :, codes]
        top = scores.max(axis=2)
        scores -= top[:, :, None]
        np.exp(scores, out=scores)
        totals = scores.sum(axis=2)
        value = _weighted_sum(np.log(totals) + top - own, weights)[:, None]
        squares = np.einsum("nfk,nfk->nf", scores, scores) / np.square(totals)
        curvature = _weighted_sum(1.0 - squares, weights)[:, None] / scores.shape[2]
        scores *= (weights / totals)[:, :, None]
        scores[rows, :, codes] -= weights
        return value, scores, curvature


@dataclass(frozen=True, eq=False)
class BinomialLoss:
    """The softmax of two classes with one column: log(1 + exp(-t z)).

    Attributes:
        signs: (n, 1), -1 or 1.
    """

    signs: Array
    reduced: ClassVar[tuple[int, ...]] = (0,)
    is_quadratic: ClassVar[bool] = False

    def value(self, scores: Array, weights: Array) -> Array:
        """See `Loss`."""
        losses = np.logaddexp(0.0, -scores[:, :, 0] * self.signs)
        return _weighted_sum(losses, weights)[:, None]

    def residual(self, scores: Array, weights: Array) -> tuple[Array, Array]:
        """See `Loss`."""
        margins = scores[:, :, 0] * self.signs
        wrong = np.exp(-np.logaddexp(0.0, margins))
        curvature = _weighted_mean(wrong * (1.0 - wrong), weights)
        residual = -(wrong * self.signs * weights)
        return residual[:, :, None], curvature[:, None]

    def at_once(self, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
        """See `Loss`."""
        residual, curvature = self.residual(scores, weights)
        return self.value(scores, weights), residual, curvature * weights.sum(axis=0, dtype=np.float64)[:, None]


@dataclass(frozen=True, eq=False)
class SquaredHingeLoss:
    """max(0, 1 - t z)^2 for each column, one against the rest (Fan et al. 2008, LIBLINEAR, eq. 2).

    Attributes:
        signs: (n, k), -1 or 1.
    """

    signs: Array
    reduced: ClassVar[tuple[int, ...]] = (0,)
    is_quadratic: ClassVar[bool] = True

    def value(self, scores: Array, weights: Array) -> Array:
        """See `Loss`."""
        gaps = np.maximum(1.0 - scores * self.signs[:, None, :], 0.0)
        gaps *= gaps
        summed: Array = np.einsum("nfk,nf->fk", gaps, weights).astype(np.float64)
        return summed

    def residual(self, scores: Array, weights: Array) -> tuple[Array, Array]:
        """See `Loss`."""
        signs = self.signs[:, None, :]
        gaps = np.maximum(1.0 - scores * signs, 0.0)
        total = np.maximum(weights.sum(axis=0), np.finfo(weights.dtype).tiny)
        curvature = 2.0 * np.einsum("nfk,nf->fk", (gaps > 0).astype(weights.dtype), weights) / total[:, None]
        gaps *= signs
        gaps *= -2.0 * weights[:, :, None]
        return gaps, curvature

    def at_once(self, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
        """See `Loss`."""
        signs = self.signs[:, None, :]
        scores *= -signs
        scores += 1
        gaps = np.maximum(scores, 0, out=scores)
        curvature = 2.0 * np.einsum("nfk,nf->fk", (gaps > 0).astype(weights.dtype), weights).astype(np.float64)
        residual = gaps * (-2.0 * weights)[:, :, None]
        value = -0.5 * np.einsum("nfk,nfk->fk", gaps, residual).astype(np.float64)
        residual *= signs
        return value, residual, curvature


def _weighted_sum(losses: Array, weights: Array) -> Array:
    total: Array = (losses * weights).sum(axis=0, dtype=np.float64)
    return total


def _weighted_mean(values: Array, weights: Array) -> Array:
    total = np.maximum(weights.sum(axis=0), np.finfo(weights.dtype).tiny)
    mean: Array = (values * weights).sum(axis=0) / total
    return mean
