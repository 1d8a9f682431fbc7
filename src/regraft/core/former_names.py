"""Names that have moved: they work for one more minor version, and say where they are now."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def old_names(module: str, names: Mapping[str, str], find: Callable[[str], Any] | None = None) -> Callable[[str], Any]:
    """The `__getattr__` of a module that had other names.

    Args:
        module: Its name.
        names: Its old names, and what `regraft` calls these things now.
        find: Finds the others; None where there are none.
    """

    def look_up(name: str) -> Any:
        if name in names:
            message = f"{module}.{name} is regraft.{names[name]} now; the old name goes in the next minor version."
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return getattr(importlib.import_module("regraft"), names[name])
        if find is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return find(name)

    return look_up
