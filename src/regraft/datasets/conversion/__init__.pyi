from .assembly import Converted, convert
from .options import ConvertDatasetOptions

__all__ = ["ConvertDatasetOptions", "Converted", "convert"]
