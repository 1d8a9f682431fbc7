"""What a classifier said about some images, beside the truth where it is known; and the table that keeps it.

The table is a Parquet file with one row for each image. Columns: `path`, `label` and `predicted` (class names; label is
null where the truth is unknown), `correct` (null where unknown), `confidence`, `probabilities` (a list of k numbers in
the order of the class names), and `group` where there are groups. The file's metadata hold the class names as JSON
(`regraft.class_names`) and the version of this format (`regraft.predictions`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from regraft.core import (
    DataError,
    arrow_file,
    atomic_path,
    number_column,
    plural,
    printable,
    quoted,
    shortened,
    text_column,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

    Floats = NDArray[np.float32] | NDArray[np.float64]

FORMAT_VERSION = "1"
_NAMES, _FORMAT = b"regraft.class_names", b"regraft.predictions"
_SUM_TOLERANCE = 1e-2
_N_NUMBERS_A_PART = 1 << 24
"""Probabilities that are made a part of a table at once: 128 MB, and the table is not in memory a second time."""


@dataclass(frozen=True, eq=False)
class Predictions:
    r"""Probabilities of n images for k classes.

    Text that is no valid Unicode (file names in another encoding have lone surrogates) is kept with escapes such as
    `\udce9`, because neither JSON, nor HTML, nor Parquet can hold it.

    Attributes:
        paths: n names of the images, as a reader of the report should see them.
        labels: (n,) int64, positions of the true classes in `class_names`; -1 where the truth is unknown. Read-only.
        probabilities: (n, k) float32 or float64, rows that sum to 1. Read-only.
        class_names: k different names.
        groups: n names of the physical object that an image shows, None where unknown; None where none is known.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: Floats
    class_names: tuple[str, ...]
    groups: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", tuple(printable(path) for path in self.paths))
        object.__setattr__(self, "class_names", tuple(printable(name) for name in self.class_names))
        if self.groups is not None:
            groups = tuple(None if group is None else printable(group) for group in self.groups)
            object.__setattr__(self, "groups", groups)
        labels = np.array(self.labels, np.int64)
        given = np.asarray(self.probabilities)
        probabilities: Floats = np.array(given, np.float64)
        if given.dtype == np.float32:
            probabilities = np.array(given, np.float32)
        _check_shapes(self, labels, probabilities)
        _check_values(labels, probabilities)
        for name, array in (("labels", labels), ("probabilities", probabilities)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        return f"<Predictions of {plural(len(self), 'image')} in {plural(self.n_classes, 'class', 'classes')}>"

    @property
    def n_images(self) -> int:
        """Number of images, n."""
        return len(self.paths)

    @property
    def n_classes(self) -> int:
        """Number of classes, k."""
        return len(self.class_names)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """(n,) positions of the most probable classes; the first of equals."""
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """(n,) probabilities of the predicted classes."""
        return np.asarray(self.probabilities.max(axis=1), np.float64)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(n,) whether the prediction is the truth; False where the truth is unknown."""
        return np.asarray(self.predicted == self.labels, np.bool_)

    def labelled(self) -> Predictions:
        """The images whose truth is known."""
        rows = np.flatnonzero(self.labels >= 0)
        if len(rows) == len(self):
            return self
        return Predictions(
            paths=tuple(self.paths[row] for row in rows),
            labels=self.labels[rows],
            probabilities=self.probabilities[rows],
            class_names=self.class_names,
            groups=None if self.groups is None else tuple(self.groups[row] for row in rows),
        )

    def write_parquet(self, path: Path) -> None:
        """Save as a table, whole or not at all.

        Raises:
            OSError: The file cannot be written.
        """
        import pyarrow.parquet as pq

        metadata = {_FORMAT: FORMAT_VERSION.encode(), _NAMES: json.dumps(self.class_names).encode()}
        starts = range(0, max(len(self), 1), max(1, _N_NUMBERS_A_PART // self.n_classes))
        parts = (self._table(slice(start, start + starts.step)).replace_schema_metadata(metadata) for start in starts)
        first = next(parts)
        with (
            atomic_path(path) as aside,
            arrow_file(aside, "wb") as file,
            pq.ParquetWriter(file, first.schema, compression="zstd") as writer,
        ):
            for part in chain([first], parts):
                writer.write_table(part)

    def _table(self, rows: slice) -> Any:
        """A `pyarrow.Table` of some of the images."""
        import pyarrow as pa

        labels, probabilities = self.labels[rows], self.probabilities[rows]
        columns = {
            "path": text_column(self.paths[rows]),
            "label": _class_column(self.class_names, labels),
            "predicted": _class_column(self.class_names, self.predicted[rows]),
            "correct": number_column(self.right[rows], labels >= 0),
            "confidence": number_column(self.confidence[rows]),
            "probabilities": pa.FixedSizeListArray.from_arrays(number_column(probabilities.ravel()), self.n_classes),
        }
        if self.groups is not None:
            columns["group"] = text_column(self.groups[rows])
        return pa.table(columns)

    @classmethod
    def read_parquet(cls, path: Path) -> Self:
        """Read what `write_parquet` has saved.

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
                f"{path} is no table of predictions that this version can read: its format is {quoted(found)}, "
                f"{quoted(FORMAT_VERSION)} is needed. Write it again with `regraft evaluate` or `regraft predict`."
            )
        try:
            return cls(**_columns(table, json.loads(metadata[_NAMES])))
        except (KeyError, ValueError, TypeError, AttributeError, pa.ArrowException) as error:
            raise DataError(f"{path} is a damaged table of predictions: {shortened(str(error), 160)}.") from error


def _check_shapes(predictions: Predictions, labels: NDArray[np.int64], probabilities: Floats) -> None:
    n_images, n_classes = len(predictions.paths), len(predictions.class_names)
    if labels.shape != (n_images,) or probabilities.shape != (n_images, n_classes):
        raise ValueError(
            f"{plural(n_images, 'path')} and {plural(n_classes, 'class name')} do not fit labels of shape "
            f"{labels.shape} and probabilities of shape {probabilities.shape}"
        )
    if n_classes == 0 or len(set(predictions.class_names)) != n_classes:
        raise ValueError("class_names must be one or more different names")
    if predictions.groups is not None and len(predictions.groups) != n_images:
        raise ValueError(f"{plural(len(predictions.groups), 'group')} do not fit {plural(n_images, 'path')}")


def _check_values(labels: NDArray[np.int64], probabilities: Floats) -> None:
    if not len(labels):
        return
    if not -1 <= labels.min() <= labels.max() < probabilities.shape[1]:
        raise ValueError("a label is no position in class_names")
    low, high = probabilities.min(), probabilities.max()  # NaN is in both where there is one
    if not (low >= -_SUM_TOLERANCE and high <= 1 + _SUM_TOLERANCE):
        raise ValueError(f"probabilities must lie between 0 and 1, not between {low} and {high}")
    sums = probabilities.sum(axis=1)
    if np.abs(sums - 1).max() > _SUM_TOLERANCE:
        row = int(np.abs(sums - 1).argmax())
        raise ValueError(f"probabilities must sum to 1 in every row; in row {row} they sum to {sums[row]:.4g}")


def _class_column(names: Sequence[str], positions: np.ndarray) -> Any:
    """Class names by position, each name stored once; null where the position is -1."""
    import pyarrow as pa

    index = number_column(positions.astype(np.int32), positions >= 0)
    return pa.DictionaryArray.from_arrays(index, text_column(names))


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
