"""What torch writes and starts while it is imported, kept within Regraft's folders.

Left alone, `torch._dynamo` (which timm, exports and optimizers import) makes a folder `torchinductor_USER` in the
folder for temporary files, and NVIDIA's loader in torch's CUDA builds starts `ldconfig` to find a library whose name
does not change. Neither is harmful; neither is ours to leave behind.
"""

from __future__ import annotations

import ctypes.util
import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from regraft.core import StoreError, cache_folder, is_writable, scratch_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

_VARIABLE = "TORCHINDUCTOR_CACHE_DIR"


class _BeforeTorch:
    """Stands first among the finders of modules until torch is asked for; finds nothing itself."""

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None) -> None:
        """Called for every module that is not loaded yet."""
        if name == "torch":
            sys.meta_path.remove(self)
            _settle()
            _load_without_ldconfig("cuda.pathfinder")


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
    find_library = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005 - then it takes the name that never changes
    try:
        with suppress(ImportError, RuntimeError, OSError):  # a build of torch for the CPU has no such loader
            importlib.import_module(name)
    finally:
        ctypes.util.find_library = find_library
