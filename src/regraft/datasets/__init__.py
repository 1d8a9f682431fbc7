"""Data sets by name, fetched and unpacked; any data set converted to shards and back."""

from regraft.datasets.catalog import DATASETS, Archive, Dataset
from regraft.datasets.conversion import ConvertDatasetOptions, Converted, convert
from regraft.datasets.fetching import FetchedArchive, NotConnectedError, RangeRefusedError, Web, fetch_file
from regraft.datasets.getting import GetDatasetOptions, obtain
from regraft.datasets.named import read_dataset
from regraft.datasets.provenance import Provenance, digest_images, read_provenance

__all__ = [
    "DATASETS",
    "Archive",
    "ConvertDatasetOptions",
    "Converted",
    "Dataset",
    "FetchedArchive",
    "GetDatasetOptions",
    "NotConnectedError",
    "Provenance",
    "RangeRefusedError",
    "Web",
    "convert",
    "digest_images",
    "fetch_file",
    "obtain",
    "read_dataset",
    "read_provenance",
]
