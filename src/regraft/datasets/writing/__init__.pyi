from .class_list_writing import format_class_list
from .folder_paths import lay_out
from .parquet_writing import write_parquet
from .rows import ShardRow
from .shard_naming import make_shard_name
from .tar_writing import write_tar
from .tfrecord_writing import write_tfrecord

__all__ = [
    "ShardRow",
    "format_class_list",
    "lay_out",
    "make_shard_name",
    "write_parquet",
    "write_tar",
    "write_tfrecord",
]
