"""Which images there are, with their labels and splits. Files are listed and hashed here, never decoded."""

from regraft.data.catalog import DATASETS, Dataset, load_dataset
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
    "DATASETS",
    "UNLABELLED",
    "DataSummary",
    "Dataset",
    "Finding",
    "Fingerprints",
    "Manifest",
    "Reason",
    "Split",
    "Unreadable",
    "assign_splits",
    "cluster_units",
    "explain_os_error",
    "find_problems",
    "fingerprint_files",
    "list_images",
    "load_dataset",
    "read_manifest",
    "require_classes",
    "split_folds",
    "split_holdout",
    "summarise",
]
