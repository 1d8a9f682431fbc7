"""`regraft pretrain`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say_finetune
from regraft.cli.progress_bar import ProgressBar
from regraft.recipes import PretrainOptions
from regraft.recipes import pretrain as run_pretrain

_DEFAULTS = PretrainOptions()


def pretrain(source: str, /, *, options: Annotated[PretrainOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft pretrain` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `PretrainOptions`.
    """
    with ProgressBar() as progress:
        result = run_pretrain(source, options, progress=progress)
    say_finetune(result)
