"""A manifest as a table that every verb takes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from regraft.core import DataError, OptionError, arrow_file, atomic_path, plural, printable, quoted, text_column
from regraft.data.folders import relative_path
from regraft.data.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.data.manifest import Manifest

_SUFFIXES = (".parquet", ".csv")


def check_manifest_file(path: Path) -> None:
    """See that a table can be written in the format that its name asks for.

    Raises:
        OptionError: Its name does not end in .parquet or .csv.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise OptionError(f"--out {path} must end in {' or '.join(_SUFFIXES)}: it is a table of images.")


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write path, label, split and group where there are some, and other columns; and see that it reads back the same.

    Paths are relative to the table's folder where the images lie below it, else absolute.

    Args:
        manifest: n images that are files of their own.
        path: The table, `.parquet` or `.csv`.

    Raises:
        OptionError: The name does not end so.
        DataError: Images are parts of shards, or a name would be read as something else.
    """
    check_manifest_file(path)
    if manifest.stored:
        raise DataError(
            f"The images of {manifest.root} lie in shards, and a table names files. "
            "Write them as files first: regraft datasets convert."
        )
    columns = _columns(manifest, path.resolve().parent)
    with atomic_path(path) as aside:
        _write(columns, aside)
        _prove(manifest, read_table(aside), path)


def _columns(manifest: Manifest, home: Path) -> dict[str, list[str | None]]:
    columns: dict[str, list[str | None]] = {
        "path": [printable(relative_path(manifest.root / path, home)) for path in manifest.paths],
        "label": manifest.label_names,
    }
    if any(manifest.splits):
        columns["split"] = list(manifest.splits)
    if manifest.known_groups is not None:
        columns["group"] = list(manifest.groups)
    others = {
        name: [None if cell is None else printable(cell) for cell in cells] for name, cells in manifest.columns.items()
    }
    return {**others, **columns}


def _write(columns: dict[str, list[str | None]], path: Path) -> None:
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    with arrow_file(path, "wb") as file:
        pq.write_table(pa.table({name: text_column(cells) for name, cells in columns.items()}), file)


def _prove(manifest: Manifest, again: Manifest, path: Path) -> None:
    """See that no name was read as something else: `nan` as no label, a blank at an end as nothing."""
    written, found = _facts(manifest), _facts(again)
    wrong = [place for place, facts in written.items() if found.get(place) != facts]
    if wrong or len(written) != len(found):
        first = wrong[0] if wrong else next(iter(found.keys() - written.keys()))
        raise DataError(
            f"{plural(len(wrong) or 1, 'image')} would be read from {path.name} with another path, label, split or "
            f"group (first: {quoted(first)}, {written.get(first)}): a table cannot hold names like these. Give the "
            "file, class or group a plain name."
        )


def _facts(manifest: Manifest) -> dict[str, tuple[str | None, str | None, str | None]]:
    """Label, split and group by the place of the file."""
    rows = zip(manifest.files(), manifest.label_names, manifest.splits, manifest.groups, strict=True)
    return {str(file): (label, split, group) for file, label, split, group in rows}
