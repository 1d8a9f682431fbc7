"""`regraft compare`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.core import as_percent
from regraft.recipes import CompareOptions
from regraft.recipes import compare as run_compare

_DEFAULTS = CompareOptions()


def compare(source: str, /, *, options: Annotated[CompareOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft compare` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `CompareOptions`.
    """
    with ProgressBar() as progress:
        result = run_compare(source, options, progress=progress)
    found = result.comparison
    rows = []
    for one in found.candidates:
        low, high = one.accuracy.low, one.accuracy.high
        rows.append(
            (
                one.name,
                as_percent(one.accuracy.value),
                "" if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}",
                "best" if one.difference is None else f"{100 * one.difference.value:+.1f}",
                "" if one.p_adjusted is None else f"{one.p_adjusted:.2g}",
                f"{one.costs.milliseconds:.1f}",
                f"{one.costs.n_bytes / 1e6:.1f}",
                "*" if one.on_front else "",
            )
        )
    say_table(("candidate", "accuracy", "interval", "to best", "p", "ms/image", "MB", "front"), rows)
    say()
    say(found.sentence)
    say_findings((*found.remarks, *result.findings), where="the reports")
    say()
    say(f"Report      {result.report}")
    say(f"Classifier  {result.bundle}")
