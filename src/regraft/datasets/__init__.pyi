from .catalog import DATASETS, Archive, Dataset
from .conversion import ConvertDatasetOptions, Converted, convert
from .fetching import FetchedArchive, NotConnectedError, RangeRefusedError, Web, fetch_file
from .getting import GetDatasetOptions, obtain
from .named import read_dataset
from .provenance import Provenance
from .surveys import ImageSizes, survey_dataset
from .writing import format_class_list

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
    "format_class_list",
    "obtain",
    "read_dataset",
    "survey_dataset",
]
