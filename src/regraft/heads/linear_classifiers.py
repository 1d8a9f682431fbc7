"""The two heads as scikit-learn estimators: `Softmax` and `LinearSVM`.

Both minimise   1/2 sum_k |w_k|^2 + C sum_i s_i loss(w x_i + b, y_i)   with C as in scikit-learn: larger is less
regularised. The intercept b is not regularised (in liblinear's LinearSVC it is).
"""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from regraft.core import quoted
from regraft.heads.calibration import softmax
from regraft.heads.objectives import ClassWeight, build_loss, fit_linear, total_weights, two_columns
from regraft.heads.row_blocks import computed_dtype
from regraft.heads.threads import limited_threads

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from regraft.heads.linear import HeadKind
    from regraft.heads.row_blocks import RowSource

    Array = NDArray[Any]

DTYPES = [np.float64, np.float32]


def check_training_data(
    estimator: BaseEstimator, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[Array, NDArray[np.int64], NDArray[Any], Array | None]:
    """Validate as scikit-learn does, and number the classes.

    Args:
        estimator: Which learns the number of features and their names.
        X: (n, d) features.
        y: (n,) names of classes.
        sample_weight: (n,) or None.

    Returns:
        X (n, d) float32 or float64, codes (n,), classes (k,), sample weights (n,) or None.

    Raises:
        ValueError: Values are missing, infinite, of the wrong shape, or there is only one class.
    """
    features, names = validate_data(estimator, X, y, dtype=DTYPES, order="C")
    check_classification_targets(names)
    classes, codes = np.unique(names, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"The classifier needs at least two classes; got one class: {quoted(classes[0])}.")
    weights = None if sample_weight is None else _check_sample_weight(sample_weight, features, dtype=features.dtype)
    return features, codes.astype(np.int64), classes, weights


def check_streamed_data(
    estimator: BaseEstimator, X: Any, y: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[RowSource, NDArray[np.int64], NDArray[Any], Array | None]:
    """As `check_training_data` of rows that are too many to be looked at; each is checked when it is first read.

    Args:
        estimator: Which learns the number of features.
        X: (n, d) features.
        y: (n,) names of classes.
        sample_weight: (n,) or None.

    Raises:
        ValueError: There is not one label a row, or only one class.
    """
    names = column_or_1d(y)
    check_consistent_length(names, sample_weight)
    check_classification_targets(names)
    if len(names) != X.shape[0]:
        raise ValueError(f"There are {X.shape[0]:,} rows of features and {len(names):,} labels: one a row is needed.")
    classes, codes = np.unique(names, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"The classifier needs at least two classes; got one class: {quoted(classes[0])}.")
    estimator.n_features_in_ = X.shape[1]
    weights = None if sample_weight is None else np.asarray(sample_weight, computed_dtype(X))
    return X, codes.astype(np.int64), classes, weights


class _LinearClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """What `Softmax` and `LinearSVM` share: everything but the loss."""

    _kind: ClassVar[HeadKind]
    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "C": [Interval(Real, 0, None, closed="neither")],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "fit_intercept": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="neither")],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(
        self,
        C: float = 1.0,
        *,
        class_weight: ClassWeight = None,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 1e-7,
        n_threads: int | None = None,
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.n_threads = n_threads

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit to features.

        Args:
            X: (n, d); float32 is computed in float32, everything else in float64.
            y: (n,) labels, at least two different ones.
            sample_weight: (n,) or None for equal weights.

        Raises:
            ValueError: The data cannot be used.
        """
        features, codes, self.classes_, own_weights = check_training_data(self, X, y, sample_weight)
        weights = total_weights(codes, self.classes_, own_weights, self.class_weight, features.dtype)
        loss, n_columns = build_loss(self._kind, codes, len(self.classes_), features.dtype)
        with limited_threads(features, self.n_threads):
            self.coef_, self.intercept_, n_iterations, is_converged = fit_linear(
                features,
                loss,
                n_columns,
                weights,
                C=self.C,
                fit_intercept=self.fit_intercept,
                tol=max(self.tol, float(np.finfo(features.dtype).eps) ** 1.5),
                max_iter=self.max_iter,
            )
        self.n_iter_ = n_iterations
        if not is_converged:
            warnings.warn(
                f"{type(self).__name__} stopped after {self.max_iter} iterations before it met tol={self.tol}: "
                "scale the features, lower C, or raise max_iter.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Scores (n, k), or (n,) for two classes (positive means the second)."""
        check_is_fitted(self)
        features = validate_data(self, X, dtype=DTYPES, reset=False)
        scores: Array = features @ self.coef_.T.astype(features.dtype) + self.intercept_.astype(features.dtype)
        return scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels (n,)."""
        scores = self.decision_function(X)
        codes = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
        labels: NDArray[Any] = self.classes_[codes]
        return labels


class Softmax(_LinearClassifier):
    """Multinomial logistic regression with L2 regularisation (Bishop 2006, section 4.3.4).

    Args:
        C: Inverse strength of the regularisation.
        class_weight: None, "balanced" (each class counts as much as any other) or a dictionary.
        fit_intercept: Whether scores have an offset.
        max_iter: Most iterations.
        tol: Relative decrease of the objective that is still worth a step.
        n_threads: At most so many threads for linear algebra; few features take one. None for no limit.

    Attributes:
        coef_: (k, d), or (1, d) for two classes.
        intercept_: (k,) or (1,).
        classes_: (k,) labels.
        n_iter_: Iterations made.
    """

    _kind = "softmax"

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities (n, k)."""
        return softmax(two_columns(self.decision_function(X)))

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """Logarithms of the probabilities, (n, k)."""
        logarithms: Array = np.log(self.predict_proba(X))
        return logarithms


class LinearSVM(_LinearClassifier):
    """Linear support vector machine, one class against the rest, squared hinge loss (Fan et al. 2008).

    Args:
        C: Inverse strength of the regularisation.
        class_weight: None, "balanced" (each class counts as much as any other) or a dictionary.
        fit_intercept: Whether scores have an offset.
        max_iter: Most iterations.
        tol: Relative decrease of the objective that is still worth a step.
        n_threads: At most so many threads for linear algebra; few features take one. None for no limit.

    Attributes:
        coef_: (k, d), or (1, d) for two classes.
        intercept_: (k,) or (1,).
        classes_: (k,) labels.
        n_iter_: Iterations made.
    """

    _kind = "svm"
