"""`regraft predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from regraft.cli.arguments import STANDARD_INPUT
from regraft.cli.headings import OUTPUT
from regraft.cli.output import say, say_csv, say_findings, say_json, say_table
from regraft.cli.progress_bar import ProgressBar
from regraft.cli.standard_input import read_listed_files
from regraft.core import OptionError, as_percent, plural
from regraft.recipes import PredictOptions, PredictResult
from regraft.recipes import predict as run_predict

if TYPE_CHECKING:
    from regraft import Prediction

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
    rows = [[row.path, _in_words(row)] for row in result.predictions]
    say_table(["image", "class"], rows)
    n_all, n_unknown = len(result.predictions), sum(bool(row.unknown) for row in result.predictions)
    if n_unknown:
        verb = "looks" if n_unknown == 1 else "look"
        say(f"{n_unknown:,} of {plural(n_all, 'image')} {verb} like none of the classes (--no-unknown names one).")


def _in_words(row: Prediction) -> str:
    """The classes of one image with their probabilities; or that it is of none, and what it is most like."""
    named = ", ".join(f"{name} {as_percent(part)}" for name, part in row.top)
    return f"unknown (most like {named})" if row.unknown else named


def _say_csv(result: PredictResult) -> None:
    n_ranks = max((len(row.top) for row in result.predictions), default=1)
    ranks = [f"{what}{rank}" for rank in range(2, n_ranks + 1) for what in ("label", "probability")]
    header = ["path", "label", "probability", *ranks, "unknown", "score", "set", "error"]
    read = [
        [row.path, *(cell for name, part in row.top for cell in (name, f"{part:.6f}")), *_limits(row), ""]
        for row in result.predictions
    ]
    n_empty = 2 * n_ranks + 3
    others = [[record.path, *[""] * n_empty, f"{record.reason}: {record.detail}"] for record in result.unreadable]
    say_csv([header, *read, *others])


def _limits(row: Prediction) -> list[str]:
    """Whether it is unknown, how strange it looks, and the classes that it may be of, with a bar between them."""
    return [
        "" if row.unknown is None else str(row.unknown).lower(),
        "" if row.score is None else f"{row.score:.6g}",
        "" if row.set is None else "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in row.set),
    ]


def _say_json(result: PredictResult) -> None:
    say_json(result.model_dump_json(indent=2))
