"""How many threads linear algebra takes."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

    from numpy.typing import NDArray

N_NUMBERS_ALONE = 1 << 20
"""Of features that one thread is as fast on: they fit into the caches of its core.

Several threads wait for each other in a loop at every step. Where anything else runs on the machine, that took a
hundred times as long: a decomposition of 300 x 1,280 features 9 seconds on two busy cores, and 0.05 of one.
"""


def limited_threads(features: NDArray[Any], n_threads: int | None = None) -> AbstractContextManager[Any]:
    """For as long as it is open: one thread for few features, else as many as there are, or as are asked for.

    Args:
        features: (n, d) what is computed on.
        n_threads: At most so many; None for no limit.
    """
    importlib.import_module("scipy.linalg")  # only what is loaded is limited
    n_threads = 1 if features.size <= N_NUMBERS_ALONE else n_threads
    limits: AbstractContextManager[Any] = threadpool_limits(n_threads, user_api="blas")
    return limits
