"""How many threads linear algebra takes."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import threadpool_info, threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from numpy.typing import NDArray

Part = TypeVar("Part")
Answer = TypeVar("Answer")

N_NUMBERS_ALONE = 1 << 23
"""Of features that one thread is about as fast on as two.

Several threads wait for each other in a loop at every step. Where anything else runs on the machine, that took a
hundred times as long: a decomposition of 300 x 1,280 features 9 seconds on two busy cores, and 0.05 of one.
"""
_N_NUMBERS_SHARED = 1 << 20
"""Of features on fewer than which threads of Python get in each other's way."""


def limited_threads(features: NDArray[Any], n_threads: int | None = None) -> AbstractContextManager[Any]:
    """For as long as it is open: one thread for few features, else as many as there are, or as are asked for.

    Args:
        features: (n, d) what is computed on.
        n_threads: At most so many; None for no limit.
    """
    return _limited(1 if features.size <= N_NUMBERS_ALONE else n_threads)


def share_work(work: Callable[[Part], Answer], parts: Sequence[Part], features: NDArray[Any]) -> list[Answer]:
    """Do each part in a thread of its own that does its linear algebra alone, so that none waits for another.

    Where there are few features, or more threads than parts for very many, one part is done after the other.

    Args:
        work: To be done.
        parts: On what.
        features: (n, d) what is computed on.
    """
    n_threads = _n_threads()
    n_together = min(len(parts), n_threads)
    is_wasteful = features.size > N_NUMBERS_ALONE and n_together < n_threads
    if n_together == 1 or is_wasteful or features.size <= _N_NUMBERS_SHARED:
        with limited_threads(features):
            return [work(part) for part in parts]
    from concurrent.futures import ThreadPoolExecutor  # here, because it brings logging with it

    with _limited(1), ThreadPoolExecutor(n_together) as pool:
        return list(pool.map(work, parts))


@contextmanager
def one_thread_each(n_parts: int) -> Iterator[int]:
    """For as long as it is open linear algebra is done by the thread that asks for it.

    Args:
        n_parts: Of the work.

    Yields:
        How many threads should share it.
    """
    n_threads = max(1, min(n_parts, _n_threads()))
    with _limited(1):
        yield n_threads


def _n_threads() -> int:
    """How many linear algebra may take now."""
    return max((library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"), default=1)


def _limited(n_threads: int | None) -> AbstractContextManager[Any]:
    importlib.import_module("scipy.linalg")  # only what is loaded is limited
    limits: AbstractContextManager[Any] = threadpool_limits(n_threads, user_api="blas")
    return limits
