"""Choosing a head's normalisation and regularisation by cross-validation, along a warm-started path."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from regraft.heads.calibration import softmax
from regraft.heads.candidates import Candidates
from regraft.heads.folds import build_folds
from regraft.heads.linear_classifiers import DTYPES, check_streamed_data, check_training_data
from regraft.heads.selection import select_head
from regraft.heads.streaming import must_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from regraft.heads.objectives import ClassWeight

    Array = NDArray[Any]


class HeadSearch(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear head with everything chosen by cross-validation, refitted on all samples and calibrated.

    For each normalisation one path from strong to weak regularisation is walked; all folds move along it together,
    each strength beginning where the last one ended. The walk ends early when the scores have come down from their top
    for good (`StrengthPath.has_passed_its_best`). The best mean score wins, of equal ones the most regularised.
    The scale of the standardisation is learnt from all samples given to `fit` (without their labels).

    Args:
        head: "softmax" or "svm".
        normalisations: Which of "l2" (rows to length 1) and "standard" (columns to mean 0, deviation 1) to try.
        widths: How many of the leading features to try; None stands for all. With the features of a preferred layer
            first and those of others behind them, cross-validation decides whether the others help. More than the
            smallest width is tried with the first of the normalisations only.
        strengths: Values of C to try for every normalisation; None for `n_strengths` over a range that suits each.
        n_strengths: How many, if `strengths` is None. The path grows beyond its end where the best is the last.
        cv: A number of stratified folds (whole groups in one fold, if groups are given), a scikit-learn splitter, or
            an iterable of (train, test) rows.
        scoring: "accuracy" or "balanced_accuracy".
        class_weight: None, "balanced" or a dictionary.
        random_state: Chooses the folds, where `cv` is a number.
        n_threads: At most so many threads for linear algebra; few features take one. None for no limit.

    Attributes:
        classes_: (k,) labels.
        best_C_: The chosen strength.
        best_normalisation_: The chosen normalisation.
        best_width_: How many leading features are used.
        best_score_: Its cross-validated score.
        paths_: One `StrengthPath` for each width and normalisation.
        temperature_: Calibration, fitted on out-of-fold scores.
        head_: The fitted `LinearHead`.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "head": [StrOptions({"softmax", "svm"})],
        "normalisations": ["array-like"],
        "widths": ["array-like"],
        "strengths": ["array-like", None],
        "n_strengths": [Interval(Integral, 1, None, closed="left")],
        "cv": ["cv_object"],
        "scoring": [StrOptions({"accuracy", "balanced_accuracy"})],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "random_state": [Interval(Integral, None, None, closed="neither")],
        "n_threads": [Interval(Integral, 1, None, closed="left"), None],
    }

    def __init__(  # noqa: PLR0913 - the estimator contract: one argument a setting
        self,
        head: str = "softmax",
        *,
        normalisations: Sequence[str] = ("l2", "standard"),
        widths: Sequence[int | None] = (None,),
        strengths: Sequence[float] | None = None,
        n_strengths: int = 20,
        cv: Any = 5,
        scoring: str = "accuracy",
        class_weight: ClassWeight = None,
        random_state: int = 0,
        n_threads: int | None = None,
    ) -> None:
        self.head = head
        self.normalisations = normalisations
        self.widths = widths
        self.strengths = strengths
        self.n_strengths = n_strengths
        self.cv = cv
        self.scoring = scoring
        self.class_weight = class_weight
        self.random_state = random_state
        self.n_threads = n_threads

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Choose, refit and calibrate.

        Args:
            X: (n, d); float32 is computed in float32, everything else in float64. What would take too much memory (an
                array mapped from a file, or anything else that gives rows by slices) is read in blocks, float16 in
                float32.
            y: (n,) labels.
            sample_weight: (n,) or None.
            groups: (n,) samples with equal values stay in one fold; None for no groups.

        Raises:
            ValueError: The data or the settings cannot be used.
        """
        if _is_too_large(X):
            features, codes, self.classes_, weights = check_streamed_data(self, X, y, sample_weight)
        else:
            features, codes, self.classes_, weights = check_training_data(self, X, y, sample_weight)
        candidates = Candidates(
            "svm" if self.head == "svm" else "softmax",
            normalisations=self.normalisations,
            widths=self.widths,
            strengths=self.strengths,
            n_strengths=self.n_strengths,
            scoring="accuracy" if self.scoring == "accuracy" else "balanced_accuracy",
        )
        folds = build_folds(self.cv, features, codes, groups, self.random_state)
        with threadpool_limits(self.n_threads):
            found = select_head(
                features,
                self.classes_[codes],
                folds,
                candidates,
                class_weight=self.class_weight,
                sample_weight=weights,
            )
        self.head_ = found.head
        self.temperature_ = found.head.temperature
        self.paths_ = found.paths
        self.best_normalisation_ = found.chosen.normalisation
        self.best_width_ = found.chosen.n_features
        self.best_C_ = found.strength
        self.best_score_ = found.score
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Scores (n, k), or (n,) for two classes."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Labels (n,)."""
        best = self._scores(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def predict_proba(self, X: ArrayLike) -> Array:
        """Calibrated probabilities (n, k)."""
        scores = self._scores(X)
        return softmax(scores / self.temperature_)

    def _scores(self, X: ArrayLike) -> Array:
        check_is_fitted(self)
        if _is_too_large(X):
            return self.head_.scores(cast("Any", X))
        features = validate_data(self, X, dtype=DTYPES, reset=False)
        return self.head_.scores(features.astype(np.float32, copy=False))


def _is_too_large(X: Any) -> bool:
    """Whether these are dense rows that would take too much memory, if all were there at once."""
    is_dense = isinstance(X, np.ndarray) or not (hasattr(X, "toarray") or hasattr(X, "iloc"))
    shape, dtype = getattr(X, "shape", ()), getattr(X, "dtype", None)
    return is_dense and len(shape) == 2 and dtype in (np.float16, np.float32, np.float64) and must_stream(X, 2, 1)
