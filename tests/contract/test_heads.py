from __future__ import annotations

import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from regraft.heads import HeadSearch, LinearSVM, Softmax

EXACT = {"tol": 1e-22, "max_iter": 300}  # weights and repetitions are compared to seven digits
SMALL = {"n_strengths": 2, "cv": 3}


def not_for_a_search(estimator):
    """What cannot hold where samples are dealt into folds: one of weight zero still takes a place in its fold."""
    if not isinstance(estimator, HeadSearch):
        return {}
    return {"check_sample_weight_equivalence_on_dense_data": "removing samples changes the folds"}


@parametrize_with_checks(
    [Softmax(**EXACT), LinearSVM(**EXACT), HeadSearch("softmax", **SMALL), HeadSearch("svm", **SMALL)],
    expected_failed_checks=not_for_a_search,
)
def test_every_head_is_a_scikit_learn_classifier(estimator, check):
    """All of scikit-learn's own estimator checks hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", message=".*", category=FutureWarning)
        check(estimator)


@pytest.mark.parametrize("estimator", [Softmax(C=2, class_weight="balanced"), HeadSearch("svm", n_strengths=7)])
def test_parameters_survive_a_clone(estimator):
    """`clone` and `get_params` see every parameter."""
    from sklearn.base import clone

    assert clone(estimator).get_params() == estimator.get_params()
