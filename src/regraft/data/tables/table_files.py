"""Where the files of a table are: below the table's folder, the working folder, or in folders beside the table."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, RemotePath, as_path, as_place, plural, quoted, shortened
from regraft.data.finding import Finding, make_finding, was
from regraft.data.folders import relative_path
from regraft.data.packing import blocks, mapped
from regraft.data.tables.name_index import Match, NameIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_N_LOOKED_AT = 200
"""So many rows, at even distances, say where all files are."""
_N_ASKED_FOR = 8
"""Of an object store: each is a request."""
_WRITTEN_OTHERWISE = re.compile(r"^[~/]|\\|[^\x00-\x7f]", re.MULTILINE)
"""What may be a path from elsewhere, from Windows, or in another spelling."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_ROUNDABOUT = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
"""A part of a path that leads nowhere, or back."""


@dataclass(frozen=True)
class TableFiles:
    """The images of a table.

    Attributes:
        root: The folder that paths are relative to, absolute.
        paths: Of each row.
        remarks: What was guessed.
    """

    root: Path
    paths: Sequence[str]
    remarks: tuple[Finding, ...] = ()


def find_files(cells: Sequence[str], table: Path, root: Path | None, index: NameIndex) -> TableFiles:
    """The file that each cell means. What is nowhere stays as it is written.

    Args:
        cells: n paths or names of images, as the table has them.
        table: The table.
        root: Where paths start, if the user says so.
        index: The images below the table's folder, or `root`.

    Raises:
        DataError: A name fits several files.
    """
    home = index.home
    n_looked_at = _N_ASKED_FOR if isinstance(home, RemotePath) else _N_LOOKED_AT
    looked_at = [_posix(cell, home) for cell in cells[:: max(1, len(cells) // n_looked_at)]]
    if _any_there(looked_at, home):
        return TableFiles(home, _below(cells, home, home))
    here = Path.cwd()
    if root is None and not isinstance(home, RemotePath) and _any_there(looked_at, here):
        message = f"The paths in {table.name} start from the working folder, {here}. To say so: --root {here}"
        remark = make_finding("guessed_files", "note", message, len(cells), (_posix(cell, home) for cell in cells))
        return TableFiles(here, _below(cells, home, here), (remark,))
    return _search(cells if _are_plain(cells) else mapped(cells, lambda cell: _posix(cell, home)), table, index)


def index_of(table: Path, root: Path | None) -> NameIndex:
    """The images where a table's files are looked for."""
    return NameIndex((table.parent if root is None else as_place(root)).resolve())


def _below(cells: Sequence[str], home: Path, root: Path) -> Sequence[str]:
    """The paths that are meant, relative to the root where they lie below it."""
    return cells if _are_plain(cells) else mapped(cells, lambda cell: _relative(_posix(cell, home), root))


def _are_plain(cells: Sequence[str]) -> bool:
    """Whether nothing is written in a way of its own: most tables are so, and millions of paths need no more looks."""
    return all(_WRITTEN_OTHERWISE.search("\n".join(some)) is None for some in blocks(cells))


def _posix(cell: str, root: Path) -> str:
    """A path that was written on Windows has slashes, `~/` is the home folder, unless a file is really called so.

    In an object store everything is below the root: a table's words lead to no other store and to no file of this
    machine.
    """
    if isinstance(root, RemotePath):
        return cell.replace("\\", "/")
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
    there = [root / path for path in paths if "\0" not in path]
    try:
        return any(
            path.is_file() if isinstance(path, RemotePath) else os.path.isfile(path)  # noqa: PTH113 - may be too long
            for path in there
        )
    except OSError as error:
        raise DataError(f"{root} cannot be read: {error.strerror or error}.") from error


def _relative(path: str, root: Path) -> str:
    if not path.startswith("/"):
        return path
    below = path.removeprefix(f"{root}/")
    return relative_path(path, root) if below is path or _ROUNDABOUT.search(below) else below


def _search(written: Sequence[str], table: Path, index: NameIndex) -> TableFiles:
    """Files in folders beside the table, by their names: without the extension, or without the first folders."""
    home = index.home
    if index.is_empty():
        return TableFiles(home, _below(written, home, home), (_nothing(written, table, home),))
    known = {path: index.find(path) for path in dict.fromkeys(written)}
    _refuse_several(written, known, table)
    lost = _contested(known)
    found = {path: match.paths[0] for path, match in known.items() if match.paths and path not in lost}
    paths = [found.get(path) or _relative(path, home) for path in written]
    if not found and not lost:
        return TableFiles(home, paths, (_nothing(written, table, home),))
    return TableFiles(
        home, paths, (*_elsewhere(written, found, known, table, home), *_left_as_written(written, lost, table))
    )


def _refuse_several(written: Sequence[str], known: dict[str, Match], table: Path) -> None:
    several = [path for path in written if len(known[path].paths) > 1]
    if not several:
        return
    fits = known[several[0]].paths
    is_one_folder = len({path.rpartition("/")[0] for path in fits}) == 1
    advice = "Write the names with their extensions" if is_one_folder else "Say which folder is meant with --root"
    raise DataError(
        f"{plural(len(several), 'name')} in {table} {'fits' if len(several) == 1 else 'fit'} several files (first: "
        f"{quoted(several[0])}: {', '.join(map(shortened, fits[:3]))}). {advice}."
    )


def _contested(known: dict[str, Match]) -> dict[str, tuple[str, str]]:
    """Paths that are not followed, with their file and a path that means it as well: no file is two different ones.

    Of several paths that could mean one file the surest has it, by its folders; where none is, none has.
    """
    claims: defaultdict[str, list[str]] = defaultdict(list)
    for path, match in known.items():
        for file in match.paths:
            claims[file].append(path)
    lost = {}
    for file, paths in claims.items():
        if len({posixpath.normpath(path) for path in paths}) < 2:
            continue
        best = max(known[path].strength for path in paths)
        winners = dict.fromkeys(path for path in paths if known[path].strength == best)
        is_decided = len({posixpath.normpath(path) for path in winners}) == 1
        others = [*winners, *paths]
        for path in paths:
            if not is_decided or path not in winners:
                lost[path] = (file, next(other for other in others if other != path))
    return lost


def _elsewhere(
    written: Sequence[str], found: dict[str, str], known: dict[str, Match], table: Path, home: Path
) -> Iterator[Finding]:
    """What was found by name; a warning where the folders are other ones on both sides."""
    rows = [path for path in written if found.get(path, path) != path]
    if not (n := len(rows)):
        return
    message = (
        f"{plural(n, 'name')} of {len(written):,} in {table.name} {was(n)} found elsewhere "
        f"below {home}: {quoted(rows[0])} is {quoted(found[rows[0]])}."
    )
    others = [path for path in rows if known[path].n_parts == 1 and "/" in found[path] and "/" in path.strip("/")]
    if others:
        message += (
            f" For {len(others):,} of them only the file's name agrees, not the folder (first: {quoted(others[0])} is "
            f"{quoted(found[others[0]])}): correct the paths if that is wrong."
        )
    if any(map(_ADDRESS.match, rows)):
        message += " Addresses are not fetched: files of their names are taken."
    examples = (found[path] for path in rows)
    yield make_finding("guessed_files", "warning" if others else "note", message, n, examples)


def _left_as_written(written: Sequence[str], lost: dict[str, tuple[str, str]], table: Path) -> Iterator[Finding]:
    rows = [path for path in written if path in lost]
    if not (n := len(rows)):
        return
    file, other = lost[rows[0]]
    message = (
        f"{plural(n, 'name')} in {table.name} {was(n)} left as written, and {was(n)} not found there: another row "
        f"means the same file (first: {quoted(rows[0])} could only be {quoted(file)}, and so could {quoted(other)}). "
        "Correct the paths, or say where they start with --root."
    )
    yield make_finding("contested_files", "warning", message, n, rows)


def _nothing(written: Sequence[str], table: Path, home: Path) -> Finding:
    is_address = _ADDRESS.match(written[0])
    advice = (
        "Addresses are not fetched: download the images first." if is_address else "Say where they start with --root."
    )
    message = f"No file that {table.name} names is there, below {home} or the working folder. {advice}"
    return make_finding("no_file_found", "warning", message, len(written), written)
