"""Data sets by name, fetched and unpacked; what their images are; any data set converted to shards and back."""

from regraft.datasets.catalog import DATASETS, Archive, Dataset
from regraft.datasets.conversion import ConvertDatasetOptions, Converted, convert
from regraft.datasets.fetching import FetchedArchive, NotConnectedError, RangeRefusedError, Web, fetch_file
from regraft.datasets.getting import GetDatasetOptions, obtain
from regraft.datasets.named import read_dataset
from regraft.datasets.provenance import Provenance
from regraft.datasets.surveys import ImageSizes, survey_dataset

__all__ = [
    "DATASETS",
    "Archive",
    "ConvertDatasetOptions",
    "Converted",
    "Dataset",
    "FetchedArchive",
    "GetDatasetOptions",
    "ImageSizes",
    "NotConnectedError",
    "Provenance",
    "RangeRefusedError",
    "Web",
    "convert",
    "fetch_file",
    "obtain",
    "read_dataset",
    "survey_dataset",
]
