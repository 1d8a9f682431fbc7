"""How much memory there is for this process: the machine's, or what its container allows."""

from __future__ import annotations

import os
from pathlib import Path

_UNKNOWN = 8 << 30
"""What is assumed where the system does not tell."""


def memory_bytes(system: Path = Path("/")) -> int:
    """Bytes of memory that this process may have: the least of what the machine has and its control groups allow.

    Args:
        system: Where the system's own files begin.
    """
    return min([_machine_bytes(), *_group_limits(system)])


def _machine_bytes() -> int:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return _UNKNOWN


def _group_limits(system: Path) -> list[int]:
    """Of the control group that the process is in and of those above it, of either version, where they have any."""
    try:
        lines = (system / "proc/self/cgroup").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    limits = []
    for line in lines:
        _number, controllers, place = [*line.split(":", 2), "", ""][:3]
        if controllers not in ("", "memory") and "memory" not in controllers.split(","):
            continue
        root = system / "sys/fs/cgroup" / ("memory" if controllers else "")
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        group = root / place.strip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(root):
                break
            limits += _limit_in(folder / name)
    return limits


def _limit_in(file: Path) -> list[int]:
    try:
        return [int(file.read_text("ascii"))]
    except (OSError, ValueError):  # "max": no limit; or the group is not shown to this container
        return []
