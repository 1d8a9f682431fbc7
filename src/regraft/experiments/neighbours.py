"""The images that a classifier learnt from, known in its run's folder: those that are most like another image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regraft.bundle import find_bundle
from regraft.core import StoreError, arrow_file, atomic_path, printable, text_column
from regraft.data import make_finding
from regraft.evaluation import Neighbour
from regraft.features import read_kept
from regraft.heads import normalise_rows

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from regraft.bundle import Classifier
    from regraft.data import Finding
    from regraft.experiments.dataset_features import DatasetFeatures

TRAINING_FILE = "training.parquet"
"""In a run's folder: name, class and content hash of each image that was learnt from."""
_N_NEAREST = 5
_N_SEARCHED = 20_000


def write_training(folder: Path, data: DatasetFeatures, train: NDArray[np.int64]) -> None:
    """Write down which images were learnt from.

    Args:
        folder: The run's.
        data: All images.
        train: (m,) those.

    Raises:
        OSError: The file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    manifest, names = data.manifest, data.manifest.class_names
    columns = {
        "path": text_column([printable(manifest.paths[row]) for row in train]),
        "label": text_column([printable(names[manifest.labels[row]]) for row in train]),
        "digest": text_column([data.digests[row] for row in train]),
    }
    with atomic_path(folder / TRAINING_FILE) as aside, arrow_file(aside, "wb") as file:
        pq.write_table(pa.table(columns), file, compression="zstd")


@dataclass(frozen=True, eq=False)
class TrainingImages:
    """Images that were learnt from, at most 20,000 of them, with features as the head sees them.

    Attributes:
        paths: m names.
        labels: Their classes.
        features: (m, d) float32, each of length 1.
    """

    paths: tuple[str, ...]
    labels: tuple[str, ...]
    features: NDArray[np.float32]

    def nearest(self, features: NDArray[np.float32]) -> tuple[Neighbour, ...]:
        """The images most like one, the nearest first, by the cosine between features.

        Args:
            features: (n_inputs,) of the image.
        """
        used = features[: self.features.shape[1]]
        cosines = self.features @ normalise_rows(used[None])[0]
        order = np.argsort(-cosines, kind="stable")[:_N_NEAREST]
        return tuple(
            Neighbour(path=self.paths[row], label=self.labels[row], similarity=float(cosines[row])) for row in order
        )


def read_training(
    place: str | Path | None, classifier: Classifier
) -> tuple[TrainingImages | None, tuple[Finding, ...]]:
    """The images that a classifier learnt from, where its run's folder and the cache still know them.

    Args:
        place: The bundle or run; None where it is not known.
        classifier: That it holds.

    Returns:
        The images, and a remark where they are not known.
    """
    table = None if place is None else _read_table(find_bundle(place).parent / TRAINING_FILE)
    if table is None:
        return None, (_unknown("The classifier's run, which lists them, is not beside it."),)
    digests = table["digest"]
    chosen = np.linspace(0, len(digests) - 1, min(len(digests), _N_SEARCHED)).astype(np.int64).tolist()
    try:
        features, found = read_kept(classifier.networks, [digests[row] for row in chosen])
    except (StoreError, ValueError):
        return None, (_unknown("The cache cannot be read."),)
    if not found.any():
        return None, (_unknown("Their features are no longer in the cache."),)
    known = [row for row, is_there in zip(chosen, found, strict=True) if is_there]
    used = normalise_rows(features[found][:, : classifier.head.coef.shape[1]])
    paths, labels = (tuple(table[name][row] for row in known) for name in ("path", "label"))
    return TrainingImages(paths, labels, used), ()


def _unknown(why: str) -> Finding:
    return make_finding("neighbours_unknown", "note", f"The nearest training images are not shown. {why}", 1)


def _read_table(path: Path) -> dict[str, list[str]] | None:
    """A run's list; None where there is none that can be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with arrow_file(path, "rb") as file:
            table = pq.ParquetFile(file).read().to_pydict()  # `read_table` imports pandas
    except (pa.ArrowException, OSError):
        return None
    is_list = {"path", "label", "digest"} <= table.keys() and all(table["digest"])
    return table if is_list else None
