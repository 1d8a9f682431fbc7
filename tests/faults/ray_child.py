"""Features on a Ray cluster, and what was said meanwhile: run as a program.

python ray_child.py FOLDER OUT.npy SAID.json ADDRESS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import regraft
from regraft.core import SilentProgress


class Listening(SilentProgress):
    """Keeps how much each task had to do."""

    def __init__(self) -> None:
        self.tasks: dict[str, int] = {}

    def start(self, task: str, n_total: int, unit: str = "images") -> None:  # noqa: ARG002 - as callers name it
        self.tasks[task] = n_total


if __name__ == "__main__":
    source, out, said, address = sys.argv[1:]
    progress = Listening()
    found: dict[str, object] = {}
    try:
        result = regraft.embed(source, progress=progress, out=out, on="ray", address=address, image_size=64)
        found["unreadable"] = [record.path for record in result.unreadable]
    except regraft.RegraftError as error:
        found |= {"error": type(error).__name__, "message": str(error)}
    Path(said).write_text(json.dumps(found | {"tasks": progress.tasks}))
