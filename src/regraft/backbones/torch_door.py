"""What torch writes and starts while it is imported, kept within Regraft's folders.

Left alone, `torch._dynamo` (which timm, exports and optimizers import) makes a folder `torchinductor_USER` in the
folder for temporary files, and NVIDIA's loader in torch's CUDA builds starts `ldconfig` to find a library whose name
does not change. Neither is harmful; neither is ours to leave behind.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from regraft.core import StoreError, cache_folder, is_writable, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_VARIABLE = "TORCHINDUCTOR_CACHE_DIR"


class _BeforeTorch:
    """Stands first among the finders of modules; what the others find of torch is prepared for when it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called for every module that is not loaded yet, and by whoever only asks where torch lies."""
        if name != "torch":
            return None
        here = sys.meta_path.index(self) + 1 if self in sys.meta_path else 0
        for finder in sys.meta_path[here:]:
            find: Any = getattr(finder, "find_spec", None)
            if find is not None and (spec := find(name, path, target)) is not None:
                return _prepared(spec)
        return None


def _prepared(spec: ModuleSpec) -> ModuleSpec:
    """See to it that a module's files go to the cache once it is loaded, and not before."""
    loader: Any = spec.loader
    load: Any = getattr(loader, "exec_module", None)

    def exec_module(module: ModuleType) -> None:
        _settle()
        _load_without_ldconfig("cuda.pathfinder")
        load(module)

    if load is not None:
        with suppress(AttributeError):  # a loader of somebody's own, which takes no attributes
            loader.exec_module = exec_module
    return spec


def watch_for_torch() -> None:
    """See to it that torch, whenever it is imported, keeps its files in the cache."""
    if "torch" not in sys.modules:
        sys.meta_path.insert(0, _BeforeTorch())
    elif "torch._dynamo" not in sys.modules:
        _settle()


def _settle() -> None:
    """The folder for compiled code: the user's, or one in our cache, or one for the time of this process."""
    if _VARIABLE not in os.environ:
        cache = cache_folder()
        with suppress(StoreError):
            os.environ[_VARIABLE] = str((cache if is_writable(cache) else scratch_folder()) / "torch")


def _load_without_ldconfig(name: str) -> None:
    import ctypes.util

    find_library = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005 - then it takes the name that never changes
    try:
        with suppress(ImportError, RuntimeError, OSError):  # a build of torch for the CPU has no such loader
            importlib.import_module(name)
    finally:
        ctypes.util.find_library = find_library
