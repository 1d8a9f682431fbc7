"""`regraft new`: a file to begin with."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from regraft.core import OptionError, as_path, atomic_path, quoted

if TYPE_CHECKING:
    from pathlib import Path


def new_model(name: str | Path) -> Path:
    """Write a commented, runnable file with a network of one's own.

    Args:
        name: The file; `.py` is added where it is missing.

    Returns:
        The file's path.

    Raises:
        OptionError: There is such a file already, or the name can be no module's.
    """
    path = as_path(name, "A file to write").with_suffix(".py")
    if not path.stem.isidentifier():
        raise OptionError(f"{quoted(path.stem)} can be no module's name: use letters, digits and _.")
    if path.exists():
        raise OptionError(f"There is a file {path} already. Choose another name.")
    text = (files("regraft.recipes") / "templates" / "own_network.py.txt").read_text(encoding="utf-8")
    with atomic_path(path) as aside:
        aside.write_text(text.format(file=path.name), encoding="utf-8")
    return path
