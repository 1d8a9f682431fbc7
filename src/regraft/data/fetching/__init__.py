"""Published data sets: which there are, how their files come here whole, and how they become class folders."""

from regraft.data.fetching.archives import FetchedArchive, find_brought, gather_archives
from regraft.data.fetching.catalog import DATASETS
from regraft.data.fetching.coco import COCO_CATEGORIES, Foreground
from regraft.data.fetching.connections import NotConnectedError, RangeRefusedError, Web
from regraft.data.fetching.downloads import fetch_file
from regraft.data.fetching.layouts import unpack_dataset
from regraft.data.fetching.packages import load_dataset
from regraft.data.fetching.provenance import SOURCE_FILE, Provenance, digest_images, read_provenance, write_provenance
from regraft.data.fetching.published import Archive, Dataset

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
