"""The command line."""

from regraft.cli.application import main

__all__ = ["main"]
