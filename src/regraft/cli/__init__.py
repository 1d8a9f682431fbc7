"""The command line."""

import gc
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line.

    There is no garbage among what is imported for a verb, and looking for it takes a twelfth of a short run.
    """
    gc.disable()
    from regraft.cli.application import main as run_command

    run_command()
