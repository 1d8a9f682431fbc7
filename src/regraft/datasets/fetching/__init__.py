"""Published data sets: which there are, how their files come here whole, and how they become class folders."""

from regraft.datasets.fetching.archives import FetchedArchive, find_brought, gather_archives
from regraft.datasets.fetching.catalog import DATASETS
from regraft.datasets.fetching.coco import COCO_CATEGORIES, Foreground
from regraft.datasets.fetching.connections import NotConnectedError, RangeRefusedError, Web
from regraft.datasets.fetching.downloads import fetch_file
from regraft.datasets.fetching.layouts import unpack_dataset
from regraft.datasets.fetching.packages import load_dataset
from regraft.datasets.fetching.provenance import (
    SOURCE_FILE,
    Provenance,
    digest_images,
    read_provenance,
    write_provenance,
)
from regraft.datasets.fetching.published import Archive, Dataset

__all__ = [
    "COCO_CATEGORIES",
    "DATASETS",
    "SOURCE_FILE",
    "Archive",
    "Dataset",
    "FetchedArchive",
    "Foreground",
    "NotConnectedError",
    "Provenance",
    "RangeRefusedError",
    "Web",
    "digest_images",
    "fetch_file",
    "find_brought",
    "gather_archives",
    "load_dataset",
    "read_provenance",
    "unpack_dataset",
    "write_provenance",
]
