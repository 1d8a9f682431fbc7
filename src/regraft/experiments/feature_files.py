"""Features of images in a file, for use elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import OptionError, arrow_file, atomic_path, number_column, printable, text_column

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.data import Manifest
    from regraft.features import StoredRows

_SUFFIXES = (".parquet", ".npy")
_N_A_BLOCK = 1 << 14
"""Rows that are written at once, and make a row group: with 1,280 features 84 MB."""


def check_feature_file(path: Path) -> None:
    """See that a file can be written in the format that its name asks for.

    Raises:
        OptionError: Its name does not end in .parquet or .npy.
    """
    if path.suffix not in _SUFFIXES:
        raise OptionError(f"--out {path} must end in {' or '.join(_SUFFIXES)}.")


def write_features(path: Path, manifest: Manifest, features: NDArray[np.float32] | StoredRows) -> None:
    """Write features as a table with path and label, or as an array beside a list of the paths in .txt.

    Args:
        path: The file; its name says which.
        manifest: The n images.
        features: (n, d) float32; what is in the store is read and written block by block.
    """
    with atomic_path(path) as aside:
        if path.suffix == ".npy":
            _write_array(aside, features)
        else:
            _write_parquet(aside, manifest, features)
    if path.suffix == ".npy":
        with atomic_path(path.with_suffix(".txt")) as aside:
            lines = (printable(image).replace("\n", "\\n").replace("\r", "\\r") for image in manifest.paths)
            aside.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")


def _write_array(path: Path, features: NDArray[np.float32] | StoredRows) -> None:
    """As `numpy.save`, from blocks."""
    told = {"descr": np.lib.format.dtype_to_descr(features.dtype), "fortran_order": False, "shape": features.shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, told)
        for block in _blocks(len(features)):
            file.write(np.ascontiguousarray(features[block]).data)


def _write_parquet(path: Path, manifest: Manifest, features: NDArray[np.float32] | StoredRows) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(block: slice) -> pa.Table:
        rows = pa.FixedSizeListArray.from_arrays(number_column(features[block].ravel()), features.shape[1])
        paths = [printable(image) for image in manifest.paths[block]]
        return pa.table({"path": text_column(paths), "label": text_column(names[block]), "features": rows})

    names = manifest.label_names
    with arrow_file(path, "wb") as file, pq.ParquetWriter(file, table(slice(0, 0)).schema) as writer:
        for block in _blocks(len(features)):
            writer.write_table(table(block))


def _blocks(n_rows: int) -> Iterator[slice]:
    yield from (slice(start, start + _N_A_BLOCK) for start in range(0, n_rows, _N_A_BLOCK))
