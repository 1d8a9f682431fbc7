"""`regraft curve`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.core import as_percent
from regraft.recipes import CurveOptions
from regraft.recipes import curve as run_curve

_DEFAULTS = CurveOptions()


def curve(source: str, /, *, options: Annotated[CurveOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft curve` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `CurveOptions`.
    """
    with ProgressBar() as progress:
        result = run_curve(source, options, progress=progress)
    found = result.curve
    n_now = found.points[-1].n_each
    rows = [(_images(one.n_each), as_percent(one.accuracy.value), "measured") for one in found.points]
    rows += [
        (
            _images(n_now * told.factor),
            as_percent(told.accuracy),
            f"expected ({as_percent(told.low)} to {as_percent(told.high)})",
        )
        for told in found.forecasts
    ]
    say_table(("images a class", "right", ""), rows)
    say()
    say(found.sentence)
    if found.omission:
        say(found.omission)
    say_findings(result.findings, where="regraft scan")
    say()
    say(f"Report  {result.report}")


def _images(n: float) -> str:
    return f"{n:,.1f}" if n < 10 else f"{n:,.0f}"
