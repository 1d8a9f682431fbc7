"""How a data set is written in another format."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from regraft.core import placed
from regraft.data import SourceOptions

TargetFormat = Literal["tfrecord", "webdataset", "parquet", "folder"]


class ConvertDatasetOptions(SourceOptions):
    """Settings of `convert_dataset`."""

    VERB: ClassVar[str] = "datasets convert"

    to: TargetFormat = Field(
        "tfrecord",
        description="tfrecord (as TF-Slim writes it), webdataset (tar), parquet (as Hugging Face writes it), or folder "
        "(one sub-folder for each class).",
        json_schema_extra=placed("output", 10),
    )
    out: Path | None = Field(
        None,
        description="The folder to make; by default SOURCE-FORMAT in the current folder. It must not be there.",
        json_schema_extra=placed("output", 11),
    )
    shards: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="Shards of each split; by default one for each 128 MB of images.",
        json_schema_extra=placed("output", 20),
    )
    order: Literal["shuffled", "sorted"] = Field(
        "shuffled",
        description="How images are dealt to the shards: shuffled, as whoever reads them one after the other needs it, "
        "or sorted by path.",
        json_schema_extra=placed("output", 21),
    )
    reencode: Literal["none", "png"] = Field(
        "none",
        description="png writes what TensorFlow cannot decode (ppm, tif, webp) as PNG with the same pixels; everything "
        "else is never changed.",
        json_schema_extra=placed("output", 22),
    )
    test_fraction: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Hold out this part of the images as the split test, as probe does; for data sets without splits.",
        json_schema_extra=placed("data", 10),
    )
    seed: int = Field(0, description="Chooses the split and the order.", json_schema_extra=placed("data", 60))
    threads: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Shards written at once; by default one for each processor.",
        json_schema_extra=placed("expert", 10),
    )
