"""Regraft as it is handed on: a source distribution and a wheel, built from a copy, so that the tree stays as it is."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Literal

from rounds import HERE, run_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MADE = ("__pycache__", "*.egg-info", "*.so", "*.pyd")
"""What building and running leave in a tree."""
BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"


def copy_sources(folder: Path) -> Path:
    """What distributions are made of, as after a fresh clone; returns the new folder."""
    shutil.copytree(HERE / "src", folder / "src", ignore=shutil.ignore_patterns(*MADE))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(HERE / name, folder)
    return folder


def build(kind: Literal["sdist", "wheel"], sources: Path, folder: Path, **environment: str) -> Path:
    """Build as `pip` and `build` do, by the hooks of PEP 517, with the setuptools that is installed here.

    Args:
        kind: Of distribution.
        sources: A copy; it is written to.
        folder: Where to.
        environment: Variables of the builder.

    Returns:
        The file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    built = run_process(sys.executable, "-c", BUILD, f"build_{kind}", folder, folder=sources, **environment)
    return folder / built.output.splitlines()[-1]


def files_in(folder: Path) -> Iterator[Path]:
    """All files at any depth."""
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
