"""`regraft evaluate`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings, say_found
from regraft.cli.progress_bar import ProgressBar
from regraft.core import as_percent, plural
from regraft.recipes import EvaluateOptions
from regraft.recipes import evaluate as run_evaluate

_DEFAULTS = EvaluateOptions()


def evaluate(
    bundle: str, source: str, /, *, options: Annotated[EvaluateOptions, Parameter(name="*")] = _DEFAULTS
) -> None:
    """Run `regraft evaluate` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `EvaluateOptions`.
    """
    with ProgressBar() as progress:
        result = run_evaluate(bundle, source, options, progress=progress)
    say_found(result, was_unseen=False)
    if result.limits is not None and (strangers := result.limits.strangers) is not None:
        say(
            f"Of {plural(strangers.found.n, 'image')} of none of the classes {as_percent(strangers.found.value)} are "
            f"called unknown; of the others {as_percent(strangers.rejected.value)} are, wrongly."
        )
    say_findings(result.findings, where="the report")
    say()
    say(f"Report  {result.folder / 'report.html'}")
