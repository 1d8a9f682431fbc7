"""Data sets by name, fetched and unpacked; any data set converted to shards and back."""

from regraft.datasets.conversion_options import ConvertDatasetOptions, ConvertDatasetResult
from regraft.datasets.converting import convert_dataset
from regraft.datasets.fetching.archives import FetchedArchive
from regraft.datasets.fetching.catalog import DATASETS
from regraft.datasets.fetching.connections import NotConnectedError, RangeRefusedError, Web
from regraft.datasets.fetching.downloads import fetch_file
from regraft.datasets.fetching.provenance import Provenance, digest_images, read_provenance
from regraft.datasets.fetching.published import Archive, Dataset
from regraft.datasets.getting import get_dataset
from regraft.datasets.getting_options import GetDatasetOptions, GetDatasetResult
from regraft.datasets.named import read_dataset

__all__ = [
    "DATASETS",
    "Archive",
    "ConvertDatasetOptions",
    "ConvertDatasetResult",
    "Dataset",
    "FetchedArchive",
    "GetDatasetOptions",
    "GetDatasetResult",
    "NotConnectedError",
    "Provenance",
    "RangeRefusedError",
    "Web",
    "convert_dataset",
    "digest_images",
    "fetch_file",
    "get_dataset",
    "read_dataset",
    "read_provenance",
]
