"""Which versions made a result."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("regraft", "torch", "timm", "openvino", "numpy", "scikit-learn", "pillow", "simplejpeg", "safetensors")


def installed_versions() -> dict[str, str]:
    """Versions by name: Python, the system, and the packages that numbers depend on."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
