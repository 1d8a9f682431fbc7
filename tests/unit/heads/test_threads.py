"""Few features are computed on by one thread, many by as many as there are or are asked for."""

from __future__ import annotations

from threading import get_ident

import numpy as np
import pytest
import scipy.linalg  # noqa: F401 - it brings a library of its own
from threadpoolctl import threadpool_info, threadpool_limits

from regraft.heads.threads import N_NUMBERS_ALONE, limited_threads, share_work

FEW, MANY = np.zeros((4, 8), np.float32), np.zeros((N_NUMBERS_ALONE // 8 + 1, 8), np.float32)
SOME = MANY[: len(MANY) // 2]


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


@pytest.mark.parametrize(
    ("features", "n_allowed", "n_together", "n_each"),
    [(FEW, 2, 1, 1), (SOME, 2, 2, 1), (SOME, 1, 1, 1), (MANY, 2, 2, 1), (MANY, 3, 1, 3)],
)
def test_parts_share_the_threads(features, n_allowed, n_together, n_each):
    """Each part alone where that keeps all busy; one after the other for few features, and where more threads help."""

    def work(part):
        return part, get_ident(), set(blas_threads().values())

    with threadpool_limits(n_allowed, user_api="blas"):
        done = share_work(work, ["one", "other"], features)
    assert [part for part, _thread, _blas in done] == ["one", "other"]
    assert all(blas == {n_each} for _part, _thread, blas in done)
    assert (get_ident() in {thread for _part, thread, _blas in done}) == (n_together == 1)
