"""`regraft sweep`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say_sweep
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import SweepOptions
from regraft.recipes import sweep as run_sweep

_DEFAULTS = SweepOptions()


def sweep(source: str, /, *, options: Annotated[SweepOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft sweep` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `SweepOptions`.
    """
    with ProgressBar() as progress:
        result = run_sweep(source, options, progress=progress)
    say_sweep(result)
