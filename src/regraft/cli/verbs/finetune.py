"""`regraft finetune`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say_finetune
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import FinetuneOptions
from regraft.recipes import finetune as run_finetune

_DEFAULTS = FinetuneOptions()


def finetune(source: str, /, *, options: Annotated[FinetuneOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft finetune` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `FinetuneOptions`.
    """
    with ProgressBar() as progress:
        result = run_finetune(source, options, progress=progress)
    say_finetune(result)
