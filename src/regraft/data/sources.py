"""One door to every kind of data set: folder, table, or a name."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError
from regraft.data.catalog import DATASETS, load_dataset
from regraft.data.folders import read_folder
from regraft.data.tables import SUFFIXES, read_table

if TYPE_CHECKING:
    from regraft.data.manifest import Manifest


def read_manifest(source: str | Path, *, group_by: str | None = None) -> Manifest:
    """List a data set.

    Args:
        source: A folder with one sub-folder for each class, a `.csv`, `.tsv` or `.parquet` table, or the name of a known
            data set. A path that exists wins over a name.
        group_by: A column of the table, or a regular expression on the path (`Manifest.with_groups_from`).

    Raises:
        DataError: There is no such source, or nothing usable in it.
        OptionError: `group_by` makes no sense.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        manifest = read_folder(path)
    elif path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise DataError(f"{path} is no data set: give a folder, or a {', '.join(sorted(SUFFIXES))} table.")
        is_column = group_by is not None and group_by.isidentifier()
        manifest = read_table(path, group_by=group_by if is_column else None)
        group_by = None if is_column else group_by
    elif str(source) in DATASETS:
        manifest = load_dataset(str(source))
    else:
        near = difflib.get_close_matches(str(source), DATASETS, n=1)
        hint = f" Did you mean the data set {near[0]}?" if near else ""
        raise DataError(f"There is no folder or table {str(source)!r}, and no data set of this name.{hint}")
    return manifest if group_by is None else manifest.with_groups_from(group_by)
