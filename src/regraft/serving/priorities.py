"""Who goes first: what answers requests, before what computes."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_NICENESS = 10


def give_way() -> None:
    """Let this thread, and those that it begins, the engine's among them, run when the event loop has nothing to do.

    Else a refusal waits for its turn behind images. Linux alone knows priorities of threads.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
