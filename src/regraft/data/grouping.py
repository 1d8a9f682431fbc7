"""Which images show one object, by an expression on their paths or by the order of their names."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from regraft.core import OptionError, quoted
from regraft.data.names import natural_key
from regraft.data.packing import shared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BY_ORDER = "order:"
_MAX_REPEATED = 0.1
"""So large a part of the files may have the name of a file in another folder where folders go on with one numbering: a
few copies do not make another one."""


def group_names(paths: Sequence[str], expression: str) -> list[str | None]:
    """The group of each path, as `Manifest.with_groups_from` explains.

    Args:
        paths: n paths below the data set's root.
        expression: A regular expression, or `order:N`.

    Returns:
        n names, None where the expression finds nothing.

    Raises:
        OptionError: The expression is neither.
    """
    if expression.startswith(_BY_ORDER):
        return _blocks(paths, _block_length(expression))
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise OptionError(f"--group-by {quoted(expression, 400)} is no valid regular expression: {error}.") from error
    return list(shared(_found_name(compiled, path) for path in paths))


def file_series(paths: Sequence[str]) -> list[NDArray[np.int64]]:
    """Files in the natural order of their names: img2 before img10.

    Where folders go on with one numbering (hardly a name is there in two folders), all files are one series, whatever
    their folders; else each folder is a series of its own.

    Args:
        paths: n paths.

    Returns:
        Positions in `paths`, one array for each series; together each position once.
    """
    names = [path.rpartition("/")[2] for path in paths]
    folders = [path.rpartition("/")[0] for path in paths]
    keys = {name: natural_key(name) for name in set(names)}
    n_repeated = len(names) - len(keys)
    if n_repeated <= _MAX_REPEATED * len(names):
        rows = sorted(range(len(paths)), key=lambda row: (keys[names[row]], folders[row]))
        return [np.array(rows, np.int64)] if rows else []
    places = {folder: natural_key(folder) for folder in set(folders)}
    rows = sorted(range(len(paths)), key=lambda row: (places[folders[row]], folders[row], keys[names[row]], names[row]))
    return [np.array(list(members), np.int64) for _folder, members in groupby(rows, key=folders.__getitem__)]


def _block_length(expression: str) -> int:
    written = expression.removeprefix(_BY_ORDER)
    if re.fullmatch(r"\d{1,9}", written, re.ASCII) and int(written) > 1:
        return int(written)
    raise OptionError(
        f"--group-by {quoted(expression, 400)} names no number of neighbouring files, which is 2 or more: "
        "order:60 keeps each 60 neighbours on one side."
    )


def _blocks(paths: Sequence[str], n_files: int) -> list[str | None]:
    names: list[str | None] = [None] * len(paths)
    for series in file_series(paths):
        for begin in range(0, len(series), n_files):
            block = series[begin : begin + n_files].tolist()
            name = f"{paths[block[0]]} to {paths[block[-1]]}"
            for row in block:
                names[row] = name
    return names


def _found_name(pattern: re.Pattern[str], path: str) -> str | None:
    match = pattern.search(path)
    if match is None:
        return None
    parts = (match["group"],) if "group" in pattern.groupindex else match.groups() or (match[0],)
    return "/".join(part or "" for part in parts) if any(parts) else None
