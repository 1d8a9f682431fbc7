"""`regraft predict`."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regraft.bundle import Prediction, Tally, csv_header, csv_row, json_pieces
from regraft.cli.arguments import STANDARD_INPUT
from regraft.cli.output import answers_on_terminal, say, say_csv, say_findings, say_growing_table, say_json
from regraft.cli.progress_bar import ProgressBar
from regraft.cli.standard_input import read_listed_files
from regraft.cli.streams import output_failure
from regraft.core import DataError, IncompleteError, OptionError, as_percent, plural
from regraft.recipes import PredictOptions, PredictResult, open_predictions
from regraft.recipes import predict as run_predict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regraft.bundle import Outcome, PredictionStream
    from regraft.recipes import Finding

_DEFAULTS = PredictOptions()


def predict(bundle: str, /, *sources: str, options: Annotated[PredictOptions, Parameter(name="*")] = _DEFAULTS) -> None:
    """Run `regraft predict` and print what comes of it, as it comes.

    Args:
        bundle: A bundle's or run's folder; with --server a classifier's name there.
        sources: Image files, folders with everything below them, or - to read a list of files from standard input.
            The exit status is 12 where some of them cannot be read, and 3 where none can.
        options: See `PredictOptions`.
    """
    listed, is_for_file = _listed(sources), options.file_format() is not None
    with ProgressBar(is_shown=is_for_file or not answers_on_terminal()) as progress:
        if is_for_file:
            result = run_predict(bundle, listed, options, progress=progress)
        else:
            stream = open_predictions(bundle, listed, options)
            result = _say_outcomes(stream, _while_read(stream.blocks(progress=progress)), options)
    if is_for_file:
        say(f"{plural(result.n_predicted, 'image')}  {result.out}")
    if result.n_unknown and (is_for_file or options.format in ("auto", "table")):
        _say_unknown(result)
    say_findings(result.findings, where="--format json", aside=True)
    _require_all(result)


def _listed(sources: tuple[str, ...]) -> list[str]:
    listed: list[str] = []
    for source in sources:
        listed += read_listed_files() if source == STANDARD_INPUT else [source]
    if not listed:
        raise OptionError("There is nothing to classify. Name image files or folders, or - to read a list of files.")
    return listed


def _while_read(blocks: Iterable[Sequence[Outcome]]) -> Iterator[Sequence[Outcome]]:
    """Blocks, each of which reaches its reader before the next is computed; none when the reader has gone."""
    for block in blocks:
        yield block
        if output_failure() is not None:
            return


def _say_outcomes(
    stream: PredictionStream, blocks: Iterable[Sequence[Outcome]], options: PredictOptions
) -> PredictResult:
    """Print the answers; gives a result that counts them."""
    tally, n_ranks = Tally(), stream.telling.n_ranks

    def findings() -> tuple[Finding, ...]:
        return (*tally.findings(), *stream.findings)

    outcomes = tally.counted(chain.from_iterable(blocks))
    if options.format == "csv":
        say_csv(chain([csv_header(n_ranks)], (csv_row(one, n_ranks) for one in outcomes)))
    elif options.format == "jsonl":
        for one in outcomes:
            say_json(one.model_dump_json())
    elif options.format == "json":
        for piece in json_pieces(outcomes, findings):
            say_json(piece, end="")
        say()
    else:
        rows = ([_row(one) for one in tally.counted(block) if isinstance(one, Prediction)] for block in blocks)
        say_growing_table(["image", "class"], rows)
    return PredictResult(predictions=(), unreadable=tuple(tally.unreadable), findings=findings(), **tally.counts())


def _row(row: Prediction) -> list[str]:
    """An image and its classes with their probabilities; or that it is of none, and what it is most like."""
    named = ", ".join(f"{name} {as_percent(part)}" for name, part in row.top)
    return [row.path, f"unknown (most like {named})" if row.unknown else named]


def _say_unknown(result: PredictResult) -> None:
    verb = "looks" if result.n_unknown == 1 else "look"
    images = plural(result.n_predicted, "image")
    say(f"{result.n_unknown:,} of {images} {verb} like none of the classes (--no-unknown names one).")


def _require_all(result: PredictResult) -> None:
    """See that all images could be read, after all that is to be said was said."""
    if not result.n_unreadable:
        return
    n_all = result.n_predicted + result.n_unreadable
    if n_all == 1:
        raise DataError("The image could not be read.")
    if not result.n_predicted:
        raise DataError(f"None of {plural(n_all, 'image')} could be read.")
    raise IncompleteError(f"{result.n_unreadable:,} of {plural(n_all, 'image')} could not be read.")
