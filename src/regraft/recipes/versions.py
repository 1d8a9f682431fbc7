"""Which versions made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("regraft", "torch", "timm", "openvino", "numpy", "scikit-learn", "pillow", "simplejpeg", "safetensors")


def _system() -> str:
    """Like `platform.platform()`, which would start a process (`uname -p`) to learn a word that we do not use."""
    libc = "-".join(filter(None, platform.libc_ver())) if platform.system() == "Linux" else platform.mac_ver()[0]
    return "-".join(filter(None, (platform.system(), platform.release(), platform.machine(), libc)))


def installed_versions() -> dict[str, str]:
    """Versions by name: Python, the system, and the packages that numbers depend on."""
    found = {"python": platform.python_version(), "system": _system()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
