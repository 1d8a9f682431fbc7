"""Regraft on a machine that has as much memory as is said: python little_memory.py BYTES VERB ..."""

from __future__ import annotations

import sys

from regraft.cli import main
from regraft.features import stored_rows
from regraft.heads import streaming


def run() -> None:
    """Tell all who ask."""
    n_bytes = int(sys.argv.pop(1))
    for module in (stored_rows, streaming):
        module.memory_bytes = lambda: n_bytes
    main()


if __name__ == "__main__":
    run()
