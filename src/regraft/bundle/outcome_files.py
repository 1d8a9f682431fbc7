"""What is told of images, as CSV, JSON, lines of JSON, and Parquet: on standard output and in files."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from regraft.bundle.predictions import Prediction
from regraft.core import OptionError, arrow_file, csv_line, number_column, printable, text_column, texts_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from regraft.bundle.predictions import Outcome
    from regraft.data import Finding, Unreadable

OutcomeFormat = Literal["csv", "json", "jsonl", "parquet"]
"""jsonl: one JSON object on a line for each image."""
_N_GROUP = 10_000
"""Rows of a Parquet file's row group."""


def outcome_format(path: Path) -> OutcomeFormat:
    """The format that a file's name asks for.

    Raises:
        OptionError: It asks for none.
    """
    by_ending: dict[str, OutcomeFormat] = {f".{known}": known for known in get_args(OutcomeFormat)}
    if (known := by_ending.get(path.suffix.lower())) is not None:
        return known
    endings = ", ".join(by_ending)
    raise OptionError(f"--out {path} does not say its format. Let it end in one of {endings}, or give --format.")


def csv_header(n_ranks: int) -> list[str]:
    """Names of the columns.

    Args:
        n_ranks: How many classes are named of each image.
    """
    ranks = [f"{what}{rank}" for rank in range(2, n_ranks + 1) for what in ("label", "probability")]
    return ["path", "label", "probability", *ranks, "unknown", "score", "set", "error"]


def csv_row(outcome: Outcome, n_ranks: int) -> list[str]:
    """The cells of an image.

    Args:
        outcome: What is told of it.
        n_ranks: How many classes are named of each image.
    """
    if not isinstance(outcome, Prediction):
        return [outcome.path, *[""] * (2 * n_ranks + 3), _error(outcome)]
    ranks = (cell for name, part in outcome.top for cell in (name, f"{part:.6f}"))
    return [outcome.path, *ranks, *_limits(outcome), ""]


def _limits(row: Prediction) -> list[str]:
    """Whether it is unknown, how strange it looks, and the classes that it may be of, with a bar between them."""
    return [
        "" if row.unknown is None else str(row.unknown).lower(),
        "" if row.score is None else f"{row.score:.6g}",
        "" if row.set is None else "|".join(name.replace("\\", "\\\\").replace("|", "\\|") for name in row.set),
    ]


def _error(record: Unreadable) -> str:
    return f"{record.reason}: {record.detail}"


def json_pieces(outcomes: Iterable[Outcome], findings: Callable[[], Sequence[Finding]]) -> Iterator[str]:
    """One JSON document, in pieces as they come: predictions, then what could not be read, then findings.

    Args:
        outcomes: Of all images; what could not be read waits in memory.
        findings: Called when all have come.
    """
    unreadable: list[Unreadable] = []

    def predictions() -> Iterator[Prediction]:
        for outcome in outcomes:
            if isinstance(outcome, Prediction):
                yield outcome
            else:
                unreadable.append(outcome)

    yield "{"
    yield from _json_list("predictions", predictions(), ",")
    yield from _json_list("unreadable", unreadable, ",")
    yield from _json_list("findings", findings(), "")
    yield "\n}"


def _json_list(name: str, values: Iterable[Prediction | Unreadable | Finding], end: str) -> Iterator[str]:
    is_empty = True
    yield f'\n  "{name}": ['
    for value in values:
        text = f"\n{value.model_dump_json(indent=2)}".replace("\n", "\n    ")
        yield text if is_empty else f",{text}"
        is_empty = False
    yield f"]{end}" if is_empty else f"\n  ]{end}"


def write_outcomes(
    path: Path,
    outcomes: Iterable[Outcome],
    *,
    form: OutcomeFormat,
    n_ranks: int,
    findings: Callable[[], Sequence[Finding]],
) -> None:
    """Write a file of them, in little memory.

    Args:
        path: To write to.
        outcomes: Of all images.
        form: The format.
        n_ranks: How many classes are named of each image.
        findings: As for `json_pieces`.

    Raises:
        OSError: The disk is full, or forbids it.
    """
    if form == "parquet":
        _write_parquet(path, outcomes, n_ranks)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if form == "csv":
            file.write(csv_line(csv_header(n_ranks)) + "\n")
            file.writelines(csv_line(map(printable, csv_row(one, n_ranks))) + "\n" for one in outcomes)
        elif form == "jsonl":
            file.writelines(one.model_dump_json() + "\n" for one in outcomes)
        else:
            file.writelines(json_pieces(outcomes, findings))
            file.write("\n")


def _write_parquet(path: Path, outcomes: Iterable[Outcome], n_ranks: int) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    with arrow_file(path, "wb") as file:
        left = iter(outcomes)
        table = pa.table(_columns([*islice(left, _N_GROUP)], n_ranks))
        with parquet.ParquetWriter(file, table.schema) as writer:
            writer.write_table(table)
            while some := [*islice(left, _N_GROUP)]:
                writer.write_table(pa.table(_columns(some, n_ranks)))


def _columns(outcomes: Sequence[Outcome], n_ranks: int) -> dict[str, Any]:
    """Arrow columns: those of the CSV, with nulls, numbers and lists."""
    found = [one if isinstance(one, Prediction) else None for one in outcomes]
    ranks: dict[str, Any] = {}
    for rank in range(n_ranks):
        number = "" if rank == 0 else str(rank + 1)
        ranks[f"label{number}"] = text_column([None if one is None else printable(one.top[rank][0]) for one in found])
        ranks[f"probability{number}"] = _numbers([None if one is None else one.top[rank][1] for one in found])
    sets = [None if one is None or one.set is None else [*map(printable, one.set)] for one in found]
    return {
        "path": text_column([printable(one.path) for one in outcomes]),
        **ranks,
        "unknown": _numbers([None if one is None else one.unknown for one in found], bool),
        "score": _numbers([None if one is None else one.score for one in found]),
        "set": texts_column(sets),
        "error": text_column([None if isinstance(one, Prediction) else _error(one) for one in outcomes]),
    }


def _numbers(values: Sequence[float | None], kind: type = float) -> Any:
    known = np.array([value is not None for value in values], np.bool_)
    return number_column(np.array([value or 0 for value in values], kind), known)
