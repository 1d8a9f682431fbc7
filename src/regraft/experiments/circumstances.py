"""What a result stands beside in its record: when it was made, how long it took, and by which versions."""

from __future__ import annotations

import os
import platform
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("regraft", "torch", "timm", "openvino", "numpy", "scikit-learn", "pillow", "simplejpeg", "safetensors")


def now() -> str:
    """The time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _system() -> str:
    """Like `platform.platform()`, which would start a process (`uname -p`) to learn a word that we do not use."""
    libc = "-".join(filter(None, platform.libc_ver())) if platform.system() == "Linux" else platform.mac_ver()[0]
    return "-".join(filter(None, (platform.system(), platform.release(), platform.machine(), libc)))


def processor_name() -> str:
    """Of the first processor, as it calls itself."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return os.environ.get("PROCESSOR_IDENTIFIER") or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def installed_versions() -> dict[str, str]:
    """Versions by name: Python, the system, and the packages that numbers depend on."""
    found = {"python": platform.python_version(), "system": _system()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


class Stopwatch:
    """Seconds by stage, in the order of the stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside, also when it fails."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
