"""Where the files of a table are: below the table's folder, the working folder, or in folders beside the table."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, as_path, plural, quoted, shortened
from regraft.data.file_listing import has_image_name
from regraft.data.finding import Finding, make_finding, was
from regraft.data.folders import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_N_LOOKED_AT = 200
"""So many rows, at even distances, say where all files are."""


_N_LEVELS_MAX = 6


@dataclass(frozen=True)
class TableFiles:
    """The images of a table.

    Attributes:
        root: The folder that paths are relative to, absolute.
        paths: Of each row.
        remarks: What was guessed.
    """

    root: Path
    paths: list[str]
    remarks: tuple[Finding, ...] = ()


def find_files(cells: Sequence[str], table: Path, root: Path | None) -> TableFiles:
    """The file that each cell means. What is nowhere stays as it is written.

    Args:
        cells: n paths or names of images, as the table has them.
        table: The table.
        root: Where paths start, if the user says so.

    Raises:
        DataError: A name fits several files.
    """
    home = (table.parent if root is None else as_path(root)).resolve()
    written = [_posix(cell, home) for cell in cells]
    looked_at = written[:: max(1, len(written) // _N_LOOKED_AT)]
    if _any_there(looked_at, home):
        return TableFiles(home, [_relative(path, home) for path in written])
    here = Path.cwd()
    if root is None and _any_there(looked_at, here):
        message = f"The paths in {table.name} start from the working folder, {here}. To say so: --root {here}"
        remark = make_finding("guessed_files", "note", message, len(cells), written)
        return TableFiles(here, [_relative(path, here) for path in written], (remark,))
    return _search(written, table, home)


def n_files_named(cells: Sequence[str], table: Path, root: Path | None) -> int:
    """How many of some cells are names of images, without extensions, in the table's folder or below it."""
    home = (table.parent if root is None else as_path(root)).resolve()
    index = _index(home)
    return sum(len(_fitting(cell, index)) == 1 for cell in cells)


def _posix(cell: str, root: Path) -> str:
    """A path that was written on Windows has slashes, `~/` is the home folder, unless a file is really called so."""
    if cell.startswith("~/") and not os.path.lexists(root / cell):
        return str(as_path(cell, "A path in the table"))
    if "\\" in cell and not os.path.lexists(root / cell):
        cell = cell.replace("\\", "/")
    if cell.isascii() or os.path.lexists(root / cell):
        return cell
    return next((other for other in _spellings(cell) if os.path.lexists(root / other)), cell)


def _spellings(cell: str) -> Iterator[str]:
    """What the same name is called on a disk from another system: accents apart or not, or a byte for each letter."""
    for form in ("NFC", "NFD"):
        yield unicodedata.normalize(form, cell)
    for encoding in ("windows-1252", "latin-1"):
        with suppress(UnicodeEncodeError):
            yield os.fsdecode(cell.encode(encoding))


def _any_there(paths: Sequence[str], root: Path) -> bool:
    return any(os.path.isfile(root / path) for path in paths if "\0" not in path)  # noqa: PTH113 - names may be too long


def _relative(path: str, root: Path) -> str:
    return relative_path(path, root) if path.startswith("/") else path


def _search(written: Sequence[str], table: Path, home: Path) -> TableFiles:
    """Files in folders beside the table, by their names: without the extension, or without the first folders."""
    index = _index(home)
    found = [_fitting(path, index) for path in written]
    several = [(path, fits) for path, fits in zip(written, found, strict=True) if len(fits) > 1]
    if several:
        path, fits = several[0]
        raise DataError(
            f"{plural(len(several), 'name')} in {table} {'fits' if len(several) == 1 else 'fit'} several files (first: "
            f"{quoted(path)}: {', '.join(map(shortened, fits[:3]))}). Say which folder is meant with --root."
        )
    n_found = sum(map(len, found))
    paths = [fits[0] if fits else _relative(path, home) for path, fits in zip(written, found, strict=True)]
    if not n_found:
        return TableFiles(home, paths, (_nothing(written, table, home),))
    first = next(place for place, fits in enumerate(found) if fits)
    message = (
        f"{plural(n_found, 'name')} of {len(written):,} in {table.name} {was(n_found)} found elsewhere "
        f"below {home}: {quoted(written[first])} is {quoted(paths[first])}."
    )
    return TableFiles(home, paths, (make_finding("guessed_files", "note", message, n_found, paths),))


def _index(home: Path) -> dict[str, list[str]]:
    """Images below a folder by their names, with and without extension."""
    index: defaultdict[str, list[str]] = defaultdict(list)
    for path in _images_below(home):
        name = path.rpartition("/")[2]
        stem = os.path.splitext(name)[0]  # noqa: PTH122 - a million paths
        for key in {name, stem, name.lower(), stem.lower()}:
            index[key].append(path)
    return index


def _images_below(home: Path) -> Iterator[str]:
    """Files with an image's name in a folder and not far below it; what cannot be read is passed over."""
    for folder, names, files in os.walk(home):
        relative = Path(folder).relative_to(home)
        if len(relative.parts) >= _N_LEVELS_MAX:
            names.clear()
        names[:] = sorted(name for name in names if not name.startswith("."))
        prefix = "" if not relative.parts else f"{relative.as_posix()}/"
        yield from (prefix + name for name in sorted(files) if has_image_name(name) and not name.startswith("."))


def _fitting(path: str, index: dict[str, list[str]]) -> list[str]:
    """The files that a path can mean: those with the same last folders, as many as agree, and at least the name."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    name = parts[-1] if parts else ""
    found = index.get(name) or index.get(name.lower()) or []
    if not found and has_image_name(name):  # the images may have been converted to another format
        found = index.get(os.path.splitext(name)[0], [])  # noqa: PTH122 - as above
    for n_parts in range(2, len(parts) + 1):
        tail = "/" + "/".join(parts[-n_parts:])
        closer = [one for one in found if f"/{one}".endswith(tail) or os.path.splitext(f"/{one}")[0].endswith(tail)]  # noqa: PTH122
        if not closer:
            break
        found = closer
    return found


def _nothing(written: Sequence[str], table: Path, home: Path) -> Finding:
    is_address = written[0].startswith(("http://", "https://", "s3://", "gs://"))
    advice = (
        "Addresses are not fetched: download the images first." if is_address else "Say where they start with --root."
    )
    message = f"No file that {table.name} names is there, below {home} or the working folder. {advice}"
    return make_finding("no_file_found", "warning", message, len(written), written)
