"""OpenVINO's devices."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino


@cache
def openvino_core() -> openvino.Core:
    """The one `Core` of this process; it is never freed.

    Each `Core` makes its own CPU plug-in, and each plug-in gives the calling thread a stack for signals, which it
    takes away with it. With two of them the thread is left with freed memory: the next signal, a Ctrl-C for
    instance, ends the process (seen with OpenVINO 2026.4).
    """
    import openvino

    return openvino.Core()
