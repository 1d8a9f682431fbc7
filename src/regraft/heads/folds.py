"""Folds of a cross-validation as masks."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from regraft.core import generator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class FoldTable:
    """Which samples each fold trains on and is judged on.

    Attributes:
        is_train: (n, f) bool.
        is_test: (n, f) bool.
    """

    is_train: NDArray[np.bool_]
    is_test: NDArray[np.bool_]

    @classmethod
    def of(cls, fold_of_row: NDArray[np.int64]) -> Self:
        """From each sample's fold, 0, 1, ...; folds that would hold all samples, or none, are left out.

        Raises:
            ValueError: There is one fold only.
        """
        is_test = fold_of_row[:, None] == np.arange(fold_of_row.max() + 1)
        is_test = is_test[:, is_test.any(axis=0) & ~is_test.all(axis=0)]
        table = cls(~is_test, is_test)
        _check(table)
        return table

    @property
    def n_folds(self) -> int:
        """Number of folds."""
        return int(self.is_train.shape[1])


def build_folds(cv: Any, X: Any, codes: NDArray[np.int64], groups: ArrayLike | None, random_state: int) -> FoldTable:
    """Folds from whatever scikit-learn takes as `cv`.

    Args:
        cv: A number, a splitter, or an iterable of (train, test) rows.
        X: (n, d).
        codes: (n,) classes 0, 1, ...
        groups: (n,) or None.
        random_state: Chooses the folds where `cv` is a number.

    Raises:
        ValueError: `cv` is none of these, or leaves a fold without samples.
    """
    n_samples = len(codes)
    if isinstance(cv, Integral):
        fold_of_row = _dealt_folds(codes, groups, max(2, min(int(cv), n_samples)), random_state)
        return FoldTable.of(fold_of_row)
    splits = list(cv.split(X, codes, groups) if hasattr(cv, "split") else cv)
    table = FoldTable(np.zeros((n_samples, len(splits)), np.bool_), np.zeros((n_samples, len(splits)), np.bool_))
    for fold, (train, test) in enumerate(splits):
        table.is_train[train, fold] = True
        table.is_test[test, fold] = True
    _check(table)
    return table


def _dealt_folds(
    codes: NDArray[np.int64], groups: ArrayLike | None, n_folds: int, random_state: int
) -> NDArray[np.int64]:
    """Stratified folds that also take classes with fewer samples than folds."""
    rng = generator(int(random_state), "folds")
    if groups is not None:
        from sklearn.model_selection import StratifiedGroupKFold

        n_groups = len(np.unique(np.asarray(groups)))
        splitter = StratifiedGroupKFold(
            max(2, min(n_folds, n_groups)), shuffle=True, random_state=int(rng.integers(2**31))
        )
        folds = np.zeros(len(codes), np.int64)
        for fold, (_train, test) in enumerate(splitter.split(codes, codes, groups)):
            folds[test] = fold
        return folds
    shuffled = rng.permutation(len(codes))
    in_order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    folds = np.empty(len(codes), np.int64)
    folds[in_order] = np.arange(len(codes)) % n_folds
    return folds


def _check(table: FoldTable) -> None:
    if table.n_folds < 1 or not (table.is_train.any(axis=0) & table.is_test.any(axis=0)).all():
        raise ValueError("cv gives a fold without training samples or without test samples.")
