"""Which data sets are known by name: what they are, where they come from, and those that come in packages."""

from regraft.datasets.catalog.packages import load_dataset
from regraft.datasets.catalog.published import Archive, Dataset
from regraft.datasets.catalog.rows import DATASETS

__all__ = ["DATASETS", "Archive", "Dataset", "load_dataset"]
