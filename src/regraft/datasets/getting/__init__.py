"""A published data set made a folder of images."""

from regraft.datasets.getting.obtaining import obtain
from regraft.datasets.getting.options import GetDatasetOptions

__all__ = ["GetDatasetOptions", "obtain"]
