"""A data set by its place or by its name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from regraft.core import DataError, quoted
from regraft.data import read_manifest
from regraft.datasets.catalog import DATASETS, load_dataset

if TYPE_CHECKING:
    from pathlib import Path

    from regraft.data import Manifest, Reading


def read_dataset(source: str | Path, reading: Reading | None = None) -> Manifest:
    """List a data set that lies somewhere, or has a name that is known.

    Args:
        source: As for `regraft.data.read_manifest`; or a name of `regraft datasets`. A path that exists wins.
        reading: What the user says of it.

    Raises:
        DataError: There is no such source, or nothing usable in it.
        OptionError: What the user says does not fit.
        MissingExtraError: The named data set comes in a package that is not installed.
    """
    return read_manifest(source, reading, by_name=_load_by_name)


def _load_by_name(name: str) -> Manifest:
    if name in DATASETS:
        return load_dataset(name)
    near = difflib.get_close_matches(name, DATASETS, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known data sets: {', '.join(DATASETS)}."
    raise DataError(f"There is no folder or table {quoted(name)}, and no data set of this name. {hint}")
