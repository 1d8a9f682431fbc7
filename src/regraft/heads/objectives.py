"""What both heads share: kinds, targets, sample weights, and one fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from regraft.core import quoted
from regraft.heads.basis import Basis
from regraft.heads.losses import BinomialLoss, Loss, MultinomialLoss, SquaredHingeLoss
from regraft.heads.solver import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regraft.heads.linear import HeadKind

    Array = NDArray[Any]

ClassWeight = Literal["balanced"] | dict[Any, float] | None


def build_loss(kind: HeadKind, codes: NDArray[np.int64], n_classes: int, dtype: Any) -> tuple[Loss, int]:
    """The loss of a head with its targets, and the number of columns: one for two classes.

    Args:
        kind: Which head.
        codes: (n,) classes 0 .. n_classes - 1.
        n_classes: At least 2.
        dtype: Of the computation.
    """
    if n_classes == 2:
        signs = (2 * codes - 1).astype(dtype)[:, None]
        binary: Loss = BinomialLoss(signs) if kind == "softmax" else SquaredHingeLoss(signs)
        return binary, 1
    one_hot = np.zeros((len(codes), n_classes), dtype)
    one_hot[np.arange(len(codes)), codes] = 1
    loss: Loss = MultinomialLoss(one_hot) if kind == "softmax" else SquaredHingeLoss(2 * one_hot - 1)
    return loss, n_classes


def total_weights(
    codes: NDArray[np.int64], classes: NDArray[Any], sample_weight: Array | None, class_weight: ClassWeight, dtype: Any
) -> Array:
    """(n,) the product of each sample's own weight and its class's.

    Args:
        codes: (n,) classes 0 .. k - 1.
        classes: (k,) their names.
        sample_weight: (n,) or None for ones.
        class_weight: "balanced" weighs classes by the inverse of their total, a dictionary by name; None alike.
        dtype: Of the computation.

    Raises:
        ValueError: `class_weight` is neither None, "balanced" nor a dictionary, or names an unknown class.
    """
    weights: Array = np.ones(len(codes), dtype) if sample_weight is None else np.asarray(sample_weight, dtype)
    if class_weight is None:
        return weights
    factors = _class_factors(codes, classes, weights, class_weight).astype(dtype)
    product: Array = weights * factors[codes]
    return product


def _class_factors(codes: NDArray[np.int64], classes: NDArray[Any], weights: Array, class_weight: ClassWeight) -> Array:
    if isinstance(class_weight, str) and class_weight == "balanced":
        totals = np.bincount(codes, weights=weights, minlength=len(classes))
        factors: Array = weights.sum() / (len(classes) * np.maximum(totals, np.finfo(np.float64).tiny))
        return factors
    if isinstance(class_weight, dict):
        unknown = [name for name in class_weight if name not in set(classes.tolist())]
        if unknown:
            raise ValueError(f"class_weight names classes that are not in y: {unknown[:5]}.")
        return np.array([_weight_of(class_weight, name) for name in classes.tolist()])
    raise ValueError(f"class_weight is {quoted(class_weight)}; it must be None, 'balanced' or a dictionary.")


def _weight_of(class_weight: Mapping[Any, float], name: Any) -> float:
    return float(class_weight.get(name, 1.0))


def fit_linear(
    X: Array, loss: Loss, n_columns: int, weights: Array, *, C: float, fit_intercept: bool, tol: float, max_iter: int
) -> tuple[Array, Array, int, bool]:
    """Fit one head.

    Args:
        X: (n, d) features.
        loss: With its targets.
        n_columns: k, of the loss.
        weights: (n,) of the samples.
        C: Inverse strength of the regularisation.
        fit_intercept: Whether the scores have an intercept, which is not regularised.
        tol: The solver's tolerance.
        max_iter: Iterations after which it gives up.

    Returns:
        Weights (k, d), intercepts (k,), the number of iterations, and whether the tolerance was met.
    """
    basis = Basis.of(X, weights, fit_intercept=fit_intercept)
    problem = Problem.of(basis.features, loss, weights[:, None])
    solved = problem.solve(C, problem.zero_solution(n_columns), tolerance=tol, n_iterations_max=max_iter)
    coef, intercept = basis.restored(solved.weights[:, 0, :])
    return coef, intercept, solved.n_iterations, solved.is_converged


def two_columns(scores: Array) -> Array:
    """Scores with one column for each class, also for two classes: z becomes (-z / 2, z / 2)."""
    return scores if scores.ndim == 2 else np.stack([-scores / 2, scores / 2], axis=1)
