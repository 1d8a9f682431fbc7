"""Few features are computed on by one thread, many by as many as there are or are asked for."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg  # noqa: F401 - it brings a library of its own
from threadpoolctl import threadpool_info, threadpool_limits

from regraft.heads.threads import N_NUMBERS_ALONE, limited_threads

FEW, MANY = np.zeros((4, 8), np.float32), np.zeros((N_NUMBERS_ALONE // 8 + 1, 8), np.float32)


def blas_threads():
    """How many threads the libraries of linear algebra would take: NumPy's and SciPy's own."""
    return {one["filepath"]: one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


@pytest.mark.parametrize(
    ("features", "asked", "expected"), [(FEW, None, 1), (FEW, 2, 1), (MANY, None, 3), (MANY, 2, 2)]
)
def test_threads_are_as_many_as_pay(features, asked, expected):
    """Of all libraries, and only for as long as it is open."""
    with threadpool_limits(3, user_api="blas"):
        before = blas_threads()
        with limited_threads(features, asked):
            assert set(blas_threads().values()) == {expected}
        assert blas_threads().items() >= before.items()
