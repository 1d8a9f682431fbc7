"""The user's own functions, named on the command line. They run with the user's rights: nothing else names them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regraft.core.errors import OptionError
from regraft.core.files import digest_file
from regraft.core.paths import as_path
from regraft.core.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, ModuleType


def load_function(name: str) -> Callable[..., Any]:
    """Import `package.module:function` or `FILE.py:function`.

    A file is run once, as an import is, and again when its content has changed.

    Raises:
        OptionError: It cannot be imported, or is no function.
    """
    place, _, attribute = name.rpartition(":")
    is_file, file = place.endswith(".py"), own_file(name)
    if is_file and file is None:
        raise OptionError(f"There is no file {place} (asked for by {name}).")
    try:
        module = _run_file(file, digest_file(file)) if is_file and file else importlib.import_module(place)
    except Exception as error:
        raise OptionError(f"{name} cannot be imported: {explain_own_error(error, file)}") from error
    function = getattr(module, attribute, None)
    if not callable(function):
        raise OptionError(f"{place} has no function called {quoted(attribute)}.")
    found: Callable[..., Any] = function
    return found


class _Uncompiled(SourceFileLoader):
    """Reads the source each time: a compiled module of the same second and length would hide a change."""

    def get_code(self, fullname: str) -> CodeType:
        """The source, compiled."""
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


@lru_cache(maxsize=64)
def _run_file(file: Path, _digest: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, str(file), loader=_Uncompiled(file.stem, str(file)))
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


def own_file(name: str) -> Path | None:
    """The source file of `package.module:function` or `FILE.py:function`; None where there is none."""
    place = name.rpartition(":")[0]
    if place.endswith(".py"):
        path = as_path(place, "A file with code of your own")
        return path.resolve() if path.is_file() else None
    try:
        found = importlib.util.find_spec(place) if place else None
    except (ImportError, ValueError):
        return None
    return Path(found.origin) if found is not None and found.origin and found.origin.endswith(".py") else None


def explain_own_error(error: BaseException, file: Path | None) -> str:
    """What went wrong in the user's code, and in which of their lines."""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}: SyntaxError: {error.msg}"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if file and Path(frame.filename) == file]
    return f"{file}, line {lines[-1].lineno}: {what}" if lines else what


def line_of(function: Callable[..., Any]) -> str:
    """Where a function of the user's is: file and line, for a message."""
    code = getattr(function, "__code__", None)
    if code is None:
        module = sys.modules.get(getattr(function, "__module__", ""))
        return str(getattr(module, "__file__", None) or function)
    return f"{code.co_filename}, line {code.co_firstlineno}"
