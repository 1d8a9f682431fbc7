"""Shards: files that each hold many images. TFRecord, WebDataset's tar and Hugging Face's Parquet.

An image stays where it is: a row of the manifest is a part of a file, or a cell of one (docs/shards.md).
"""

from regraft.data.shards.class_lists import LABELS_FILE
from regraft.data.shards.conversion_record import CONVERSION_FILE, Conversion, WrittenShard, read_conversion
from regraft.data.shards.shard_names import SHARD_SUFFIXES, ShardFormat, shard_split
from regraft.data.shards.shard_reading import is_shard, read_shard_file, read_shard_folder, read_shard_pattern
from regraft.data.shards.tfrecords import FeatureName, masked_crc32c

__all__ = [
    "CONVERSION_FILE",
    "LABELS_FILE",
    "SHARD_SUFFIXES",
    "Conversion",
    "FeatureName",
    "ShardFormat",
    "WrittenShard",
    "is_shard",
    "masked_crc32c",
    "read_conversion",
    "read_shard_file",
    "read_shard_folder",
    "read_shard_pattern",
    "shard_split",
]
