"""OpenVINO: the one door to it, without its telemetry and what converts networks, and its devices."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from regraft.backbones.processes import keep_through_forks
from regraft.core import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_TELEMETRY = "openvino_telemetry"
_CONVERTER = "openvino.tools.ovc"
_SENDERS = (f"{_CONVERTER}.telemetry_utils", f"{_CONVERTER}.convert_impl")
"""Modules of OpenVINO that keep what they send events with as `tm`."""

_absent = object()
_importing = ThreadLock()
_cores: list[Any] = []


def import_openvino() -> Any:
    """OpenVINO, with its telemetry off. Nothing else in Regraft imports it.

    Left alone, `import openvino` writes `~/intel`, forks the process and asks a web host for leave to report what is
    converted. It does so on behalf of `openvino.tools.ovc`, which converts networks, takes half of the import's time,
    and may be missing: so both are refused for as long as OpenVINO is being imported, and no longer. What a user
    imports is theirs; `openvino.convert_model` comes when it is asked for. Where a user has imported OpenVINO before,
    it is given the stub of its telemetry now (`docs/decisions/0014-privacy.md`).
    """
    with _importing:
        if "openvino" in sys.modules:
            openvino = importlib.import_module("openvino")
            _silence()
        else:
            with _refused(_TELEMETRY), _refused(_CONVERTER):
                openvino = importlib.import_module("openvino")
            openvino.__getattr__ = _imported_later  # type: ignore[method-assign]
    return openvino


def import_converter() -> ModuleType:
    """OpenVINO's converter of other libraries' networks, with its telemetry off."""
    import_openvino()
    with _importing, _refused(_TELEMETRY):
        converter = importlib.import_module(_CONVERTER)
        _silence()
    return converter


def _imported_later(name: str) -> Any:
    """What a user misses of `openvino` where the converter was refused."""
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return import_converter().convert_model


@contextmanager
def _refused(name: str) -> Iterator[None]:
    """A module cannot be imported; one that was imported before is there again afterwards."""
    before = sys.modules.get(name, _absent)
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if before is _absent:
            del sys.modules[name]
        else:
            sys.modules[name] = before  # type: ignore[assignment]


def _silence() -> None:
    """Give the stub to the modules that were imported with telemetry before us."""
    for name in _SENDERS:
        module = sys.modules.get(name)
        if getattr(getattr(module, "tm", None), "__name__", "").startswith(_TELEMETRY):
            module.tm = importlib.import_module(f"{_CONVERTER}.telemetry_stub")  # type: ignore[union-attr]


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
