"""Data sets written: TFRecord, WebDataset's tar, Hugging Face's Parquet, folders. `regraft.data` reads them."""

from regraft.datasets.writing.class_list_writing import format_class_list
from regraft.datasets.writing.folder_paths import lay_out
from regraft.datasets.writing.parquet_writing import write_parquet
from regraft.datasets.writing.rows import ShardRow
from regraft.datasets.writing.shard_naming import make_shard_name
from regraft.datasets.writing.tar_writing import write_tar
from regraft.datasets.writing.tfrecord_writing import write_tfrecord

__all__ = [
    "ShardRow",
    "format_class_list",
    "lay_out",
    "make_shard_name",
    "write_parquet",
    "write_tar",
    "write_tfrecord",
]
