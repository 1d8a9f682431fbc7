"""`regraft train`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say_train
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import TrainOptions
from regraft.recipes import train as run_train

_DEFAULTS = TrainOptions()


def train(source: str, /, *, options: Annotated[TrainOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft train` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `TrainOptions`.
    """
    with ProgressBar() as progress:
        result = run_train(source, options, progress=progress)
    say_train(result)
