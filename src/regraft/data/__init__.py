"""Which images there are, with their labels and splits. Files are fetched, listed and hashed here, never decoded."""

from regraft.data.fetching import (
    COCO_CATEGORIES,
    DATASETS,
    Archive,
    Dataset,
    FetchedArchive,
    Foreground,
    Provenance,
    Web,
    digest_images,
    find_brought,
    gather_archives,
    load_dataset,
    read_provenance,
    unpack_dataset,
    write_provenance,
)
from regraft.data.findings import DataSummary, Finding, find_problems, summarise
from regraft.data.fingerprints import Fingerprints, explain_os_error, fingerprint_files
from regraft.data.folders import list_images
from regraft.data.manifest import Manifest, Split, require_classes
from regraft.data.names import UNLABELLED
from regraft.data.sources import read_manifest
from regraft.data.splits import assign_splits, split_folds, split_holdout
from regraft.data.units import cluster_units
from regraft.data.unreadable import Reason, Unreadable

__all__ = [
    "COCO_CATEGORIES",
    "DATASETS",
    "UNLABELLED",
    "Archive",
    "DataSummary",
    "Dataset",
    "FetchedArchive",
    "Finding",
    "Fingerprints",
    "Foreground",
    "Manifest",
    "Provenance",
    "Reason",
    "Split",
    "Unreadable",
    "Web",
    "assign_splits",
    "cluster_units",
    "digest_images",
    "explain_os_error",
    "find_brought",
    "find_problems",
    "fingerprint_files",
    "gather_archives",
    "list_images",
    "load_dataset",
    "read_manifest",
    "read_provenance",
    "require_classes",
    "split_folds",
    "split_holdout",
    "summarise",
    "unpack_dataset",
    "write_provenance",
]
