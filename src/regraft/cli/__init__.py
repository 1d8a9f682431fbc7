"""The command line."""

from regraft.cli.application import main, run

__all__ = ["main", "run"]
