from .addresses import check_address, find_address, is_on_the_web
from .listing import list_below
from .remote_paths import RemotePath
from .stores import N_REQUESTS

__all__ = ["N_REQUESTS", "RemotePath", "check_address", "find_address", "is_on_the_web", "list_below"]
