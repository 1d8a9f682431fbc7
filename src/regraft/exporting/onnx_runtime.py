"""ONNX Runtime: the one door to it, without its telemetry."""

from __future__ import annotations

import importlib
import os
from typing import Any

_SWITCHES = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")
"""What its versions look for when they are loaded; the second is the name that some of them had for it."""


def import_onnxruntime() -> Any:
    """ONNX Runtime, with its telemetry off. Nothing else in Regraft imports it.

    Left alone, from 1.29 on it keeps a number for this machine and a list of events below the user's cache folder, and
    sends them to its maker. Where a user has imported it before, only later events can be kept back
    (`docs/decisions/0014-privacy.md`).
    """
    os.environ.update(dict.fromkeys(_SWITCHES, "1"))
    onnxruntime = importlib.import_module("onnxruntime")
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def import_quantiser() -> Any:
    """ONNX Runtime's own quantiser."""
    import_onnxruntime()
    return importlib.import_module("onnxruntime.quantization")
