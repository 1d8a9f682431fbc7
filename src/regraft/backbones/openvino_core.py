"""OpenVINO: the one door to it, without its telemetry, and its devices."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from regraft.backbones.processes import keep_through_forks
from regraft.core import ThreadLock

_TELEMETRY = "openvino_telemetry"
_SENDERS = ("openvino.tools.ovc.telemetry_utils", "openvino.tools.ovc.convert_impl")
"""Modules of OpenVINO that keep what they send events with as `tm`."""

_absent = object()
_importing = ThreadLock()
_cores: list[Any] = []


def import_openvino() -> Any:
    """OpenVINO, with its telemetry off. Nothing else in Regraft imports it.

    Left alone, `import openvino` writes `~/intel`, forks the process and asks a web host for leave to report what is
    converted. Where its package for that cannot be imported, OpenVINO takes a stub of its own that does nothing; so
    the import is refused for as long as OpenVINO is being imported, and no longer: what a user imports is theirs.
    Where a user has imported OpenVINO before, it is given its stub now (`docs/decisions/0014-privacy.md`).
    """
    with _importing:
        before = sys.modules.get(_TELEMETRY, _absent)
        sys.modules[_TELEMETRY] = None  # type: ignore[assignment]
        try:
            openvino = importlib.import_module("openvino")
            _silence()
        finally:
            if before is _absent:
                del sys.modules[_TELEMETRY]
            else:
                sys.modules[_TELEMETRY] = before  # type: ignore[assignment]
    return openvino


def _silence() -> None:
    """Give the stub to the modules that were imported with telemetry before us."""
    for name in _SENDERS:
        module = sys.modules.get(name)
        if getattr(getattr(module, "tm", None), "__name__", "").startswith(_TELEMETRY):
            module.tm = importlib.import_module("openvino.tools.ovc.telemetry_stub")  # type: ignore[union-attr]


def openvino_core() -> Any:
    """The one `openvino.Core` of this process; it is never freed.

    Each `Core` makes its own CPU plug-in, and each plug-in gives the calling thread a stack for signals, which it
    takes away with it. With two of them the thread is left with freed memory: the next signal, a Ctrl-C for
    instance, ends the process (seen with OpenVINO 2026.4).
    """
    with _importing:
        if not _cores:
            _cores.append(import_openvino().Core())
            keep_through_forks(_cores[0])
        return _cores[0]
