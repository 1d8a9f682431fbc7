"""`regraft export`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regraft.cli.output import say, say_findings, say_table
from regraft.cli.parity_lines import say_change, say_parity
from regraft.cli.progress_bar import ProgressBar
from regraft.core import as_percent
from regraft.recipes import ExportOptions
from regraft.recipes import export as run_export

if TYPE_CHECKING:
    from regraft import ExportResult, FormatRow

_DEFAULTS = ExportOptions()
_COLUMNS = ("form", "accuracy", "interval", "to fp32", "p", "changed", "MB", "load s", "ms/image", "images/s")


def export(bundle: str, /, *sources: str, options: Annotated[ExportOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft export` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        sources: Images to prove the export on: one data set with labels, or files and folders with everything below
            them; up to 1,000 are used.
        options: See `ExportOptions`.
    """
    with ProgressBar() as progress:
        result = run_export(bundle, sources, options, progress=progress)
    for one in result.exports:
        say(f"{one.format}  {one.precision}  {one.folder}  ({one.n_bytes / 1e6:.1f} MB)")
        say_parity(one.parity)
        if one.format == "web":
            say(f"Open it in a browser: {one.folder / 'index.html'}")
        else:
            say(f"Use it without Regraft: python {one.folder / 'classify.py'} photo.jpg")
        say()
    if result.lowered is not None:
        say("The bundle itself, in bfloat16 as it computes here by default")
        say_change(result.lowered)
        say()
    _say_table(result)
    say_findings(result.findings)


def _say_table(result: ExportResult) -> None:
    """The bundle and its exports beside each other."""
    if result.table is None:
        return
    rows = []
    for one in result.table.rows:
        accuracy, difference = one.accuracy, one.difference
        rows.append(
            (
                one.name,
                "" if accuracy is None else as_percent(accuracy.value),
                "" if accuracy is None else "{:.1f} to {:.1f}".format(*(100 * end for end in accuracy.ends)),
                "" if difference is None else f"{100 * difference.value:+.1f}",
                "" if difference is None else f"{difference.p_value:.2g}",
                f"{one.n_changed} of {one.n_images}" if one.n_images else "",
                *("" if number is None else text.format(number) for text, number in _measured(one)),
            )
        )
    say_table(_COLUMNS, rows)
    say()
    say(f"Table       {'  '.join(map(str, result.table_files))}")


def _measured(row: FormatRow) -> tuple[tuple[str, float | None], ...]:
    return (
        ("{:.1f}", row.n_bytes / 1e6),
        ("{:.2f}", row.load_seconds),
        ("{:.1f}", row.milliseconds),
        ("{:.0f}", row.images_per_second),
    )
