from .class_lists import LABELS_FILE
from .conversion_record import CONVERSION_FILE, Conversion, WrittenShard, read_conversion
from .shard_names import SHARD_SUFFIXES, ShardFormat, shard_split
from .shard_reading import is_pattern, is_shard, read_shard_file, read_shard_folder, read_shard_pattern
from .tfrecords import FeatureName, masked_crc32c

__all__ = [
    "CONVERSION_FILE",
    "LABELS_FILE",
    "SHARD_SUFFIXES",
    "Conversion",
    "FeatureName",
    "ShardFormat",
    "WrittenShard",
    "is_pattern",
    "is_shard",
    "masked_crc32c",
    "read_conversion",
    "read_shard_file",
    "read_shard_folder",
    "read_shard_pattern",
    "shard_split",
]
