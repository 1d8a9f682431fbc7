from .options import ClusterOptions
from .ray_crew import find_crew

__all__ = ["ClusterOptions", "find_crew"]
