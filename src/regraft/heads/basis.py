"""A rotation of the features that makes every later step cheap and changes no L2-regularised linear model.

The penalty |w|^2 and the scores X w do not change when features and weights are turned by the same orthogonal
matrix. Two turns are made, once for all folds, strengths and classes:

1. if n is clearly smaller than d, onto the n dimensions that the samples span (QR): weights outside of them are zero
   at the optimum;
2. onto the eigenvectors of the Gram matrix, where the Hessian is nearly diagonal: a diagonal preconditioner then
   does what Newton's method does, for the price of a gradient.

Features are centred first, which only moves the (unregularised) intercept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]


_REDUCTION = 0.6
"""With more samples than this part of d the QR step costs more than it saves."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Turned features and the way back.

    Attributes:
        features: (n, r + 1) turned features with a last column of ones, r = min(n, d).
        span: (d, s) orthonormal columns, or None for no reduction.
        vectors: (s or d, r) orthonormal columns: the rotation is span @ vectors.
        mean: (d,) what was subtracted.
    """

    features: Array
    span: Array | None
    vectors: Array
    mean: Array

    @classmethod
    def of(cls, X: Array, weights: Array, *, fit_intercept: bool) -> Basis:
        """Turn features.

        Args:
            X: (n, d), float32 or float64.
            weights: (n,) sample weights; the centre is the weighted mean.
            fit_intercept: Without an intercept nothing may be subtracted.
        """
        from scipy import linalg

        n_samples, n_features = X.shape
        total = weights.sum()
        mean = weights @ X / total if fit_intercept and total > 0 else np.zeros(n_features, X.dtype)
        mean = mean.astype(X.dtype)
        centred = X - mean
        span = None
        if n_samples < _REDUCTION * n_features:
            span, triangle = linalg.qr(centred.T, mode="economic", check_finite=False)
            centred = np.ascontiguousarray(triangle.T)
        gram = centred.T @ centred
        _values, vectors = linalg.eigh(gram, check_finite=False, overwrite_a=True, driver="evd")
        turned = centred @ vectors
        ones = np.ones((n_samples, 1), X.dtype) if fit_intercept else np.zeros((n_samples, 1), X.dtype)
        return cls(np.hstack([turned, ones]), span, vectors, mean)

    def restored(self, solution: Array) -> tuple[Array, Array]:
        """Weights (k, d) and intercepts (k,) for the features as they were given.

        Args:
            solution: (r + 1, k), the last row the intercepts.
        """
        turned_back = self.vectors @ solution[:-1]
        coef = (turned_back if self.span is None else self.span @ turned_back).T
        return np.ascontiguousarray(coef), solution[-1] - coef @ self.mean
