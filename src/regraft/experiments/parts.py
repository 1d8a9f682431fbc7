"""How well the parts of some images were recognised: by folder, size, light, and what a table says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regraft.auditing import slice_columns
from regraft.core import SilentProgress
from regraft.evaluation import measure_slices
from regraft.experiments.quick_findings import listed_images

if TYPE_CHECKING:
    from regraft.evaluation import Predictions, SliceTable
    from regraft.experiments.dataset_features import DatasetFeatures

_N_KEPT = 50


def measure_parts(data: DatasetFeatures, predictions: Predictions) -> SliceTable:
    """The parts that were recognised worst, and how many were looked at.

    Sizes and light are known where the images' looks were kept with their features: nothing is decoded for this.

    Args:
        data: The images that were tested.
        predictions: What was said of them.
    """
    looks = data.looks(SilentProgress()) if data.networks.keeps_looks(data.digests) else None
    images = listed_images(data.manifest, data.digests, data.manifest.splits, looks=looks)
    return measure_slices(predictions, slice_columns(images)).worst(_N_KEPT)
