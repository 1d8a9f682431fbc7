"""Packages as `pip install regraft` would bring them: a folder of links to those of this environment."""

from __future__ import annotations

import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[2]


def link_base(folder: Path, *extras: str) -> None:
    """Put links into a folder to all that Regraft's base needs, and to nothing else; with `python -S` only they count.

    Args:
        folder: It exists.
        extras: Whose packages are linked, too.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    link_packages(folder, [*project["dependencies"], *(line for extra in extras for line in optional[extra])])
    own = distribution("regraft")
    (folder / "regraft-0.dist-info").mkdir()
    (folder / "regraft-0.dist-info" / "METADATA").write_text(own.read_text("METADATA") or "", encoding="utf-8")


def link_packages(folder: Path, requirements: Iterable[str]) -> None:
    """Put links into a folder to packages of this environment, and to what they need.

    Args:
        folder: It exists.
        requirements: As distributions state them; what only extras need is left out.
    """
    waiting, seen = list(requirements), set()
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.name in seen or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(requirement.name)
        found = distribution(requirement.name)
        waiting += found.requires or []
        _link(found, folder)


def _link(found: Distribution, folder: Path) -> None:
    tops = {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}
    for top in tops:
        place = folder / top
        if not place.exists():
            place.symlink_to(Path(str(found.locate_file(top))).resolve())
