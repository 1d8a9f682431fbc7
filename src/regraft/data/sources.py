"""One door to every kind of data set: folder, table, or a name."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, shortened
from regraft.data.columns import SUFFIXES
from regraft.data.fetching import DATASETS, load_dataset
from regraft.data.folders import read_folder
from regraft.data.tables import read_table

if TYPE_CHECKING:
    from regraft.data.manifest import Manifest


def read_manifest(source: str | Path, *, group_by: str | None = None) -> Manifest:
    """List a data set.

    Args:
        source: A folder with one sub-folder for each class, a `.csv`, `.tsv` or `.parquet` table, or the name of a
            known data set. A path that exists wins over a name.
        group_by: A column of the table, or a regular expression on the path (`Manifest.with_groups_from`).

    Raises:
        DataError: There is no such source, or nothing usable in it.
        OptionError: `group_by` makes no sense.
        MissingExtraError: The named data set comes in a package that is not installed.
    """
    try:
        path = Path(source).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError) as error:  # forbidden, too long, or no such user in ~user
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"The data set {shortened(str(source))!r} cannot be read: {reason}.") from error
    if is_file and path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path} is no data set: give a folder, or a {', '.join(sorted(SUFFIXES))} table.")
    if is_file:
        return read_table(path, group_by=group_by)
    manifest = read_folder(path) if is_folder else _load_by_name(str(source))
    return manifest if group_by is None else manifest.with_groups_from(group_by)


def _load_by_name(name: str) -> Manifest:
    if name in DATASETS:
        return load_dataset(name)
    near = difflib.get_close_matches(name, DATASETS, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known data sets: {', '.join(DATASETS)}."
    raise DataError(f"There is no folder or table {shortened(name)!r}, and no data set of this name. {hint}")
