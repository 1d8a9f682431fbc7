"""`regraft scan`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from regraft.cli.headings import OUTPUT
from regraft.cli.output import say, say_findings, say_json, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.core import plural
from regraft.recipes import ScanOptions, ScanResult
from regraft.recipes import scan as run_scan

_DEFAULTS = ScanOptions()
_N_CLASSES_SHOWN = 40


def scan(
    source: str,
    /,
    *,
    options: Annotated[ScanOptions, Parameter(name="*")] = _DEFAULTS,
    format: Annotated[Literal["text", "json"], OUTPUT] = "text",  # noqa: A002 - the option's name
) -> None:
    """Run `regraft scan` and print what came of it.

    Args:
        source: A folder with one sub-folder for each class, a CSV or Parquet table, or a data set's name.
        options: See `ScanOptions`.
        format: Text for people, JSON for programs.
    """
    with ProgressBar() as progress:
        result = run_scan(source, options, progress=progress)
    if format == "json":
        say_json(result.model_dump_json(indent=2))
    else:
        _say_scan(result)


def _say_scan(result: ScanResult) -> None:
    summary = result.summary
    say(f"{result.root}: {plural(summary.n_images, 'image')} in {plural(summary.n_classes, 'class', 'classes')}")
    say(result.looked_at)
    if summary.n_groups:
        say(f"{plural(summary.n_groups, 'group')} of images that belong together")
    say()
    sides = sorted({side for counts in summary.classes.values() for side in counts})
    rows = [
        [name or "(no label)", *(f"{counts.get(side, 0):,}" for side in sides)]
        for name, counts in summary.classes.items()
    ]
    say_table(["class", *sides], rows[:_N_CLASSES_SHOWN])
    if len(rows) > _N_CLASSES_SHOWN:
        say(f"... and {len(rows) - _N_CLASSES_SHOWN:,} more (all of them: --format json)")
    if result.findings:
        say()
    say_findings(result.findings, where="--format json")
