"""How long one image takes."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_N_TIMED = 25
_N_WARM_UP = 3


def median_milliseconds(work: Callable[[], object], n_timed: int = _N_TIMED) -> float:
    """Median milliseconds of some work that is done again and again.

    Args:
        work: What takes the time.
        n_timed: How often, after a few times for warming up.
    """
    for _ in range(_N_WARM_UP):
        work()
    return 1000 * statistics.median(_seconds_of(work) for _ in range(n_timed))


def _seconds_of(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
