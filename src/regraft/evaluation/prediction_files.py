"""Predictions as a Parquet table, one row for each image.

Columns: `path`, `label` and `predicted` (class names; label is null where the truth is unknown), `correct` (null where
unknown), `confidence`, `probabilities` (a list of k numbers in the order of the class names), and `group` where there
are groups. The file's metadata hold the class names as JSON (`regraft.class_names`) and the version of this format
(`regraft.predictions`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import DataError, atomic_path, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regraft.evaluation.predictions import Predictions

FORMAT_VERSION = "1"
_NAMES, _FORMAT = b"regraft.class_names", b"regraft.predictions"


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Save predictions; the file is whole or not there.

    Raises:
        OSError: The file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(predictions.class_names)
    known = predictions.labels >= 0
    columns = {
        "path": pa.array(predictions.paths, pa.string()),
        "label": _class_column(names, predictions.labels),
        "predicted": _class_column(names, predictions.predicted),
        "correct": pa.array(predictions.right, mask=~known),
        "confidence": pa.array(predictions.confidence),
        "probabilities": pa.FixedSizeListArray.from_arrays(
            pa.array(predictions.probabilities.ravel()), predictions.n_classes
        ),
    }
    if predictions.groups is not None:
        columns["group"] = pa.array(predictions.groups, pa.string())
    metadata = {_FORMAT: FORMAT_VERSION.encode(), _NAMES: json.dumps(names).encode()}
    table = pa.table(columns).replace_schema_metadata(metadata)
    with atomic_path(path) as aside:
        pq.write_table(table, aside, compression="zstd")


def _class_column(names: Sequence[str], positions: np.ndarray) -> Any:
    """Class names by position, each name stored once; null where the position is -1."""
    import pyarrow as pa

    index = pa.array(positions.astype(np.int32), mask=positions < 0)
    return pa.DictionaryArray.from_arrays(index, pa.array(names, pa.string()))


def read_prediction_columns(path: Path) -> dict[str, Any]:
    """The arguments of `Predictions` from a file that `write_predictions` has made.

    Raises:
        DataError: The file is damaged, of a later version, or no table of predictions.
        OSError: The file cannot be opened.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as file:
            table = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DataError(f"{path} is no readable Parquet file: {shortened(str(error), 160)}.") from error
    metadata = table.schema.metadata or {}
    if metadata.get(_FORMAT) != FORMAT_VERSION.encode():
        found = metadata.get(_FORMAT, b"none").decode(errors="replace")
        raise DataError(
            f"{path} is no table of predictions that this version can read: its format is {found!r}, "
            f"{FORMAT_VERSION!r} is needed. Write it again with `regraft evaluate` or `regraft predict`."
        )
    try:
        return _columns(table, json.loads(metadata[_NAMES]))
    except (KeyError, ValueError, TypeError, AttributeError, pa.ArrowException) as error:
        raise DataError(f"{path} is a damaged table of predictions: {shortened(str(error), 160)}.") from error


def _columns(table: Any, names: list[str]) -> dict[str, Any]:
    positions = {name: position for position, name in enumerate(names)} | {None: -1}
    flat = table.column("probabilities").combine_chunks().flatten()
    groups = table.column("group").to_pylist() if "group" in table.column_names else None
    return {
        "paths": tuple(table.column("path").to_pylist()),
        "labels": np.array([positions[name] for name in table.column("label").to_pylist()], np.int64),
        "probabilities": flat.to_numpy(zero_copy_only=False).reshape(table.num_rows, len(names)),
        "class_names": tuple(names),
        "groups": None if groups is None else tuple(groups),
    }
