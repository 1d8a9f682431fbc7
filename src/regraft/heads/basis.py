"""A rotation of the features that makes every later step cheap and changes no L2-regularised linear model.

The penalty |w|^2 and the scores X w do not change when features and weights are turned by the same orthogonal
matrix. Two turns are made, once for all folds, strengths and classes:

1. if n < d, onto the n dimensions that the samples span (QR): weights outside of them are zero at the optimum;
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


@dataclass(frozen=True, eq=False)
class Basis:
    """Turned features and the way back.

    Attributes:
        features: (n, r + 1) turned features with a last column of ones, r = min(n, d).
        rotation: (d, r), orthonormal columns.
        mean: (d,) what was subtracted.
    """

    features: Array
    rotation: Array
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
        if n_samples < n_features:
            span, triangle = linalg.qr(centred.T, mode="economic", check_finite=False)
            centred = np.ascontiguousarray(triangle.T)
        _values, vectors = linalg.eigh(centred.T @ centred, check_finite=False, driver="evd")
        turned = centred @ vectors
        ones = np.ones((n_samples, 1), X.dtype) if fit_intercept else np.zeros((n_samples, 1), X.dtype)
        rotation = vectors if span is None else span @ vectors
        return cls(np.hstack([turned, ones]), rotation, mean)

    def restored(self, solution: Array) -> tuple[Array, Array]:
        """Weights (k, d) and intercepts (k,) for the features as they were given.

        Args:
            solution: (r + 1, k), the last row the intercepts.
        """
        coef = (self.rotation @ solution[:-1]).T
        return np.ascontiguousarray(coef), solution[-1] - coef @ self.mean
