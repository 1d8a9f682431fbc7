from __future__ import annotations

import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from regraft.heads import HeadSearch, LinearSVM, Softmax


@parametrize_with_checks(
    [Softmax(), LinearSVM(), HeadSearch("softmax", n_strengths=4), HeadSearch("svm", n_strengths=4)]
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
