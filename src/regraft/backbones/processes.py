"""Networks in forked processes: what ran one keeps threads, and these do not come along."""

from __future__ import annotations

import ctypes
import os
import sys
import weakref
from dataclasses import dataclass

from regraft.core import BackboneError, ThreadLock

ONE_AT_A_TIME = ThreadLock()
"""Networks are made, converted and opened one at a time: torch.export and torch's seed are one for all threads."""


@dataclass
class _Past:
    """What this process and those that it was forked from have done."""

    is_used: bool = False
    was_used_before_fork: bool = False
    had_torch_before_fork: bool = False


_past = _Past()
_threaded: weakref.WeakSet[object] = weakref.WeakSet()


def note_network() -> None:
    """Remember that this process makes or runs networks."""
    _past.is_used = True


def keep_through_forks(holder: object) -> None:
    """Never free this in a forked child: it would wait for threads that are not there."""
    _threaded.add(holder)


def require_own_threads() -> None:
    """Refuse a network in a process that was forked after one had been used: it would wait for ever.

    Raises:
        BackboneError: The process is such a child.
    """
    if _past.was_used_before_fork:
        raise BackboneError(
            f"Process {os.getpid()} was forked from one that had used a network already. The threads that compute do "
            "not come along into a fork, and waiting for them would never end. Start processes that begin afresh, with "
            'multiprocessing.get_context("spawn") or joblib as it is; a classifier can be sent to them. Or fork before '
            "the first use."
        )


def require_few_threads() -> None:
    """Let torch compute on one thread where it was there before the fork: somebody may have used its others."""
    if _past.had_torch_before_fork:
        import torch

        torch.set_num_threads(1)


def _after_fork() -> None:
    _past.was_used_before_fork |= _past.is_used
    _past.had_torch_before_fork |= "torch" in sys.modules
    for holder in _threaded:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(holder))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
