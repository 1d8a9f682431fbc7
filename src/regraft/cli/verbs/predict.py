"""`regraft predict`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from regraft.cli.arguments import STANDARD_INPUT
from regraft.cli.headings import OUTPUT
from regraft.cli.output import percent, say_csv, say_findings, say_json, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.cli.standard_input import read_listed_files
from regraft.core import OptionError
from regraft.recipes import PredictOptions, PredictResult
from regraft.recipes import predict as run_predict

_DEFAULTS = PredictOptions()


def predict(
    bundle: str,
    /,
    *sources: str,
    options: Annotated[PredictOptions, Parameter(name="*")] = _DEFAULTS,
    format: Annotated[Literal["table", "csv", "json"], OUTPUT] = "table",  # noqa: A002 - the option's name
) -> None:
    """Run `regraft predict` and print what came of it.

    Args:
        bundle: A bundle's or run's folder.
        sources: Image files, folders with everything below them, or - to read a list of files from standard input.
        options: See `PredictOptions`.
        format: A table for people, CSV or JSON for programs. All of them name the files that could not be read.
    """
    with ProgressBar() as progress:
        result = run_predict(bundle, _listed(sources), options, progress=progress)
    {"table": _say_table, "csv": _say_csv, "json": _say_json}[format](result)
    say_findings(result.findings, where="--format json", aside=True)


def _listed(sources: tuple[str, ...]) -> list[str]:
    listed: list[str] = []
    for source in sources:
        listed += read_listed_files() if source == STANDARD_INPUT else [source]
    if not listed:
        raise OptionError("There is nothing to classify. Name image files or folders, or - to read a list of files.")
    return listed


def _say_table(result: PredictResult) -> None:
    rows = [[row.path, ", ".join(f"{name} {percent(part)}" for name, part in row.top)] for row in result.predictions]
    say_table(["image", "class"], rows)


def _say_csv(result: PredictResult) -> None:
    n_ranks = max((len(row.top) for row in result.predictions), default=1)
    ranks = [f"{what}{rank}" for rank in range(2, n_ranks + 1) for what in ("class", "probability")]
    header = ["path", "class", "probability", *ranks, "error"]
    read = [
        [row.path, *(cell for name, part in row.top for cell in (name, f"{part:.6f}")), ""]
        for row in result.predictions
    ]
    others = [[record.path, *[""] * (2 * n_ranks), f"{record.reason}: {record.detail}"] for record in result.unreadable]
    say_csv([header, *read, *others])


def _say_json(result: PredictResult) -> None:
    say_json(result.model_dump_json(indent=2))
