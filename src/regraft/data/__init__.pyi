from .files import (
    N_BYTES_MAX,
    READABLE_KINDS,
    ImageFile,
    Reason,
    StoredImage,
    Unreadable,
    UnreadableImageError,
    as_files,
    explain_os_error,
    forget_contents,
    n_readers,
    reading_order,
    require_readable,
)
from .finding import Finding, Severity, caveat, left_out, make_finding, unkept
from .fingerprints import Fingerprints, fingerprint_files, fingerprint_manifest
from .folders import has_image_name, is_hidden, place_images, read_folder
from .grouping import file_series, group_names
from .hashes import PackedDigests
from .looks import LOOK, LOOK_RULES_VERSION, THUMBNAIL_PIXELS
from .manifest import Manifest, Split, require_classes
from .manifest_files import check_manifest_file, write_manifest
from .names import UNLABELLED, label_positions
from .parts import parse_part, select_part
from .problems import DataSummary, find_problems, summarise
from .reading import Reading
from .shards import (
    CONVERSION_FILE,
    LABELS_FILE,
    Conversion,
    FeatureName,
    ShardFormat,
    WrittenShard,
    masked_crc32c,
    read_conversion,
    shard_split,
)
from .source_options import SourceOptions, asked_of
from .sources import list_images, read_manifest
from .splits import assign_splits, has_own_validation, split_folds, split_holdout
from .tables import open_table
from .units import cluster_units

__all__ = [
    "CONVERSION_FILE",
    "LABELS_FILE",
    "LOOK",
    "LOOK_RULES_VERSION",
    "N_BYTES_MAX",
    "READABLE_KINDS",
    "THUMBNAIL_PIXELS",
    "UNLABELLED",
    "Conversion",
    "DataSummary",
    "FeatureName",
    "Finding",
    "Fingerprints",
    "ImageFile",
    "Manifest",
    "PackedDigests",
    "Reading",
    "Reason",
    "Severity",
    "ShardFormat",
    "SourceOptions",
    "Split",
    "StoredImage",
    "Unreadable",
    "UnreadableImageError",
    "WrittenShard",
    "as_files",
    "asked_of",
    "assign_splits",
    "caveat",
    "check_manifest_file",
    "cluster_units",
    "explain_os_error",
    "file_series",
    "find_problems",
    "fingerprint_files",
    "fingerprint_manifest",
    "forget_contents",
    "group_names",
    "has_image_name",
    "has_own_validation",
    "is_hidden",
    "label_positions",
    "left_out",
    "list_images",
    "make_finding",
    "masked_crc32c",
    "n_readers",
    "open_table",
    "parse_part",
    "place_images",
    "read_conversion",
    "read_folder",
    "read_manifest",
    "reading_order",
    "require_classes",
    "require_readable",
    "select_part",
    "shard_split",
    "split_folds",
    "split_holdout",
    "summarise",
    "unkept",
    "write_manifest",
]
