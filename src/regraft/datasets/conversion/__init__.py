"""A data set written in another format, the images' bytes as they are."""

from regraft.datasets.conversion.assembly import Converted, convert
from regraft.datasets.conversion.options import ConvertDatasetOptions

__all__ = ["ConvertDatasetOptions", "Converted", "convert"]
