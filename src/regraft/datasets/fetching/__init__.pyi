from .archives import FetchedArchive, Source, find_brought, gather_archives
from .connections import NotConnectedError, RangeRefusedError, Web
from .downloads import fetch_file

__all__ = [
    "FetchedArchive",
    "NotConnectedError",
    "RangeRefusedError",
    "Source",
    "Web",
    "fetch_file",
    "find_brought",
    "gather_archives",
]
