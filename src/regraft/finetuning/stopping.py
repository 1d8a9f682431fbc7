"""A request to stop that waits for the end of a step."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class StopRequest:
    """Set by Ctrl-C or SIGTERM; who works looks at it between two steps."""

    def __init__(self) -> None:
        self.is_set = False

    def __bool__(self) -> bool:
        return self.is_set


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Within this context Ctrl-C and SIGTERM only set the request; a second Ctrl-C stops at once.

    Outside of the main thread signals cannot be caught: the request is never set then.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        if request.is_set and number == signal.SIGINT:
            raise KeyboardInterrupt
        request.is_set = True

    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
