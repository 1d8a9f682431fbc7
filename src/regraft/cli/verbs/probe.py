"""`regraft probe`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say_probe
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import ProbeOptions
from regraft.recipes import probe as run_probe

_DEFAULTS = ProbeOptions()


def probe(source: str, /, *, options: Annotated[ProbeOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft probe` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `ProbeOptions`.
    """
    with ProgressBar() as progress:
        result = run_probe(source, options, progress=progress)
    say_probe(result)
