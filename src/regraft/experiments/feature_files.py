"""Features of images in a file, for use elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from regraft.core import OptionError, arrow_file, atomic_path, number_column, printable, text_column

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.data import Manifest

_SUFFIXES = (".parquet", ".npy")


def check_feature_file(path: Path) -> None:
    """See that a file can be written in the format that its name asks for.

    Raises:
        OptionError: Its name does not end in .parquet or .npy.
    """
    if path.suffix not in _SUFFIXES:
        raise OptionError(f"--out {path} must end in {' or '.join(_SUFFIXES)}.")


def write_features(path: Path, manifest: Manifest, features: NDArray[np.float32]) -> None:
    """Write features as a table with path and label, or as an array beside a list of the paths in .txt.

    Args:
        path: The file; its name says which.
        manifest: The n images.
        features: (n, d) float32.
    """
    with atomic_path(path) as aside:
        if path.suffix == ".npy":
            np.save(aside, features)
        else:
            _write_parquet(aside, manifest, features)
    if path.suffix == ".npy":
        with atomic_path(path.with_suffix(".txt")) as aside:
            lines = (printable(image).replace("\n", "\\n").replace("\r", "\\r") for image in manifest.paths)
            aside.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")


def _write_parquet(path: Path, manifest: Manifest, features: NDArray[np.float32]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = [printable(image) for image in manifest.paths]
    rows = pa.FixedSizeListArray.from_arrays(number_column(features.ravel()), features.shape[1])
    table = pa.table({"path": text_column(paths), "label": text_column(manifest.label_names), "features": rows})
    with arrow_file(path, "wb") as file:
        pq.write_table(table, file)
