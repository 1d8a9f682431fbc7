"""Which images there are, with their labels and splits. Files are fetched, listed and hashed here, never decoded."""

from regraft.data.archives import FetchedArchive, fetch_archive, unpack_archive
from regraft.data.catalog import DATASETS, Archive, Dataset, load_dataset
from regraft.data.connections import Web
from regraft.data.findings import DataSummary, Finding, find_problems, summarise
from regraft.data.fingerprints import Fingerprints, explain_os_error, fingerprint_files
from regraft.data.folders import list_images
from regraft.data.manifest import Manifest, Split, require_classes
from regraft.data.names import UNLABELLED
from regraft.data.provenance import Provenance, digest_images, read_provenance, write_provenance
from regraft.data.sources import read_manifest
from regraft.data.splits import assign_splits, split_folds, split_holdout
from regraft.data.units import cluster_units
from regraft.data.unreadable import Reason, Unreadable

__all__ = [
    "DATASETS",
    "UNLABELLED",
    "Archive",
    "DataSummary",
    "Dataset",
    "FetchedArchive",
    "Finding",
    "Fingerprints",
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
    "fetch_archive",
    "find_problems",
    "fingerprint_files",
    "list_images",
    "load_dataset",
    "read_manifest",
    "read_provenance",
    "require_classes",
    "split_folds",
    "split_holdout",
    "summarise",
    "unpack_archive",
    "write_provenance",
]
