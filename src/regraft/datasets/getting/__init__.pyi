from .obtaining import obtain
from .options import GetDatasetOptions

__all__ = ["GetDatasetOptions", "obtain"]
