from .packages import load_dataset
from .published import Archive, Dataset
from .rows import DATASETS

__all__ = ["DATASETS", "Archive", "Dataset", "load_dataset"]
