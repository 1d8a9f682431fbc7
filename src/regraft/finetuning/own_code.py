"""The user's own functions, named on the command line. They run with the user's rights: nothing else names them."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable


def load_function(name: str) -> Callable[..., Any]:
    """Import `package.module:function` or `FILE.py:function`.

    Raises:
        OptionError: It cannot be imported, or is no function.
    """
    place, _, attribute = name.rpartition(":")
    try:
        if place.endswith(".py"):
            spec = importlib.util.spec_from_file_location(Path(place).stem, place)
            module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            spec.loader.exec_module(module)  # type: ignore[union-attr]
        else:
            module = importlib.import_module(place)
    except Exception as error:
        raise OptionError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error
    function = getattr(module, attribute, None)
    if not callable(function):
        raise OptionError(f"{place} has no function called {attribute!r}.")
    found: Callable[..., Any] = function
    return found
