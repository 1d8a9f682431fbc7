"""Shards: files that each hold many images. TFRecord, WebDataset's tar and Hugging Face's Parquet, read and written.

An image stays where it is: a row of the manifest is a part of a file, or a cell of one (docs/shards.md).
"""

from regraft.data.shards.class_lists import LABELS_FILE, format_class_list
from regraft.data.shards.contents import ShardRow
from regraft.data.shards.conversion import CONVERSION_FILE, Conversion, WrittenShard, read_conversion
from regraft.data.shards.finding import is_shard, read_shard_file, read_shard_folder, read_shard_pattern
from regraft.data.shards.parquet_writing import write_parquet
from regraft.data.shards.shard_names import SHARD_SUFFIXES, ShardFormat, make_shard_name
from regraft.data.shards.tars import write_tar
from regraft.data.shards.tfrecords import write_tfrecord

__all__ = [
    "CONVERSION_FILE",
    "LABELS_FILE",
    "SHARD_SUFFIXES",
    "Conversion",
    "ShardFormat",
    "ShardRow",
    "WrittenShard",
    "format_class_list",
    "is_shard",
    "make_shard_name",
    "read_conversion",
    "read_shard_file",
    "read_shard_folder",
    "read_shard_pattern",
    "write_parquet",
    "write_tar",
    "write_tfrecord",
]
